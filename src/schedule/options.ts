import { oneOf } from '../options/kind.js';
import { option } from '../options/row.js';
import { SCHEDULE_NAMES } from './schedule.js';

export const SCHEDULE = option('schedule', oneOf(SCHEDULE_NAMES), {
  default: 'hogwild', flag: '--schedule', help: `when partitions run: ${SCHEDULE_NAMES.join(', ')}`, group: 'Run', everyday: true,
});
