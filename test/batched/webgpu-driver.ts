import { existsSync } from 'node:fs';

/** Folders of a Vulkan loader, and the drivers that may lie beside it: Debian's Chromium brings both, and needs no GPU. */
const CHROMIUM = '/usr/lib/chromium';
const SOFTWARE_DRIVER = `${CHROMIUM}/vk_swiftshader_icd.json`;

/** The environment in which a process finds a Vulkan driver: this one's, or with the software driver of a Chromium that is installed. */
export function vulkanEnvironment(): NodeJS.ProcessEnv {
  const { VK_DRIVER_FILES, LD_LIBRARY_PATH } = process.env;
  if (VK_DRIVER_FILES !== undefined || existsSync('/usr/share/vulkan/icd.d') || !existsSync(SOFTWARE_DRIVER)) return process.env;
  return { ...process.env, VK_DRIVER_FILES: SOFTWARE_DRIVER, LD_LIBRARY_PATH: [CHROMIUM, LD_LIBRARY_PATH].filter((path) => path !== undefined).join(':') };
}
