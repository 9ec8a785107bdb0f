/*
 * The kernels in C, for who wants the width of the machine at hand: `npm run build:native` compiles this for it. Vectors are those of the
 * compiler (GCC and Clang): 256-bit fused multiply-adds where the processor has AVX2, and whatever it has elsewhere.
 *
 * The functions are those of ../assembly, with the same arguments: addresses are bytes from the start of the shared memory. What a row
 * comes to does not depend on the rows beside it.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAPI_VERSION 8
#include <node_api.h>

typedef float Vector __attribute__((vector_size(32)));
typedef float Loose __attribute__((vector_size(32), aligned(4), may_alias));

enum { WIDTH = 8, PANEL = 16, FEW_SOURCES = 4 };

/* Connections that are fetched before they are needed. */
enum { AHEAD = 256 };

static inline Vector load(const float *from) { return *(const Loose *)from; }
static inline void store(float *to, Vector x) { *(Loose *)to = x; }
static inline Vector splat(float x) { return (Vector){x, x, x, x, x, x, x, x}; }
static inline int least(int a, int b) { return a < b ? a : b; }

/* Four rows of sixteen sums: out_r[b] = Σ_j w[4 j + r] panel[16 j + b], or adds them to what is there. */
static void block(const float *w, const float *panel, int terms, float *const out[4], int count, int rows, int add) {
  Vector low[4] = {{0}}, high[4] = {{0}};
  for (int j = 0; j < terms; j += 1, w += 4, panel += PANEL) {
    const Vector a = load(panel), b = load(panel + WIDTH);
#pragma GCC unroll 4
    for (int r = 0; r < 4; r += 1) {
      const Vector weight = splat(w[r]);
      low[r] += weight * a;
      high[r] += weight * b;
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < 4; r += 1) {
    if (r >= rows) break;
    if (count >= PANEL && !add) {
      store(out[r], low[r]);
      store(out[r] + WIDTH, high[r]);
      continue;
    }
    float sums[PANEL];
    store(sums, low[r]);
    store(sums + WIDTH, high[r]);
    if (add) for (int b = 0; b < least(count, PANEL); b += 1) out[r][b] += sums[b];
    else memcpy(out[r], sums, sizeof(float) * (size_t)least(count, PANEL));
  }
}

/* Σ x[i] y[i] */
static float dot(const float *x, const float *y, int count) {
  Vector s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  int i = 0;
  for (; i + 4 * WIDTH <= count; i += 4 * WIDTH) {
    __builtin_prefetch(x + i + 512);
    __builtin_prefetch(x + i + 528);
    s0 += load(x + i) * load(y + i);
    s1 += load(x + i + WIDTH) * load(y + i + WIDTH);
    s2 += load(x + i + 2 * WIDTH) * load(y + i + 2 * WIDTH);
    s3 += load(x + i + 3 * WIDTH) * load(y + i + 3 * WIDTH);
  }
  for (; i + WIDTH <= count; i += WIDTH) s0 += load(x + i) * load(y + i);
  const Vector all = (s0 + s1) + (s2 + s3);
  float sum = ((all[0] + all[4]) + (all[1] + all[5])) + ((all[2] + all[6]) + (all[3] + all[7]));
  for (; i < count; i += 1) sum += x[i] * y[i];
  return sum;
}

/* Puts four rows side by side: to[stride j + r] = row_r[step j]. */
static void interleave(const float *const row[4], int count, size_t step, float *restrict to, size_t stride) {
  const float *restrict a = row[0], *restrict b = row[1], *restrict c = row[2], *restrict d = row[3];
  int j = 0;
  if (step == 1) {
    typedef float Four __attribute__((vector_size(16), aligned(4), may_alias));
    typedef int32_t Order __attribute__((vector_size(16)));
    for (; j + 4 <= count; j += 4, to += 4 * stride) {
      const Four w = *(const Four *)(a + j), x = *(const Four *)(b + j), y = *(const Four *)(c + j), z = *(const Four *)(d + j);
      const Four wx = __builtin_shuffle(w, x, (Order){0, 4, 1, 5}), yz = __builtin_shuffle(y, z, (Order){0, 4, 1, 5});
      const Four WX = __builtin_shuffle(w, x, (Order){2, 6, 3, 7}), YZ = __builtin_shuffle(y, z, (Order){2, 6, 3, 7});
      *(Four *)to = __builtin_shuffle(wx, yz, (Order){0, 1, 4, 5});
      *(Four *)(to + stride) = __builtin_shuffle(wx, yz, (Order){2, 3, 6, 7});
      *(Four *)(to + 2 * stride) = __builtin_shuffle(WX, YZ, (Order){0, 1, 4, 5});
      *(Four *)(to + 3 * stride) = __builtin_shuffle(WX, YZ, (Order){2, 3, 6, 7});
    }
  }
  for (; j < count; j += 1, to += stride) {
    to[0] = a[(size_t)j * step];
    to[1] = b[(size_t)j * step];
    to[2] = c[(size_t)j * step];
    to[3] = d[(size_t)j * step];
  }
}

static const float *lanesOf(const int32_t *sources, int j, const float *voltages, int lanes) {
  return voltages + (size_t)(sources ? sources[j] : j) * (size_t)lanes;
}

static void product(
  const float *weights, int rowStride, int columnStride, const int32_t *sources, int inputs, const float *voltages, int lanes,
  float *out, const int32_t *targets, int outLanes, int rows, int laneBegin, int laneEnd, float *room, int panels, int add) {
  float *const packed = room + 4 * (size_t)inputs;
  const size_t size = PANEL * (size_t)inputs;
  for (int begin = laneBegin; begin < laneEnd; begin += PANEL * panels) {
    const int end = least(laneEnd, begin + PANEL * panels);
    float *panel = packed;
    for (int lane = begin; lane < end; lane += PANEL, panel += size) {
      const int count = least(PANEL, laneEnd - lane);
      for (int j = 0; j < inputs; j += 1) {
        const float *from = lanesOf(sources, j, voltages, lanes) + lane;
        float *to = panel + PANEL * (size_t)j;
        if (count == PANEL) memcpy(to, from, PANEL * sizeof(float));
        else for (int b = 0; b < PANEL; b += 1) to[b] = b < count ? from[b] : 0;
      }
    }
    for (int row = 0; row < rows; row += 4) {
      float *to[4];
      const float *from[4];
      for (int r = 0; r < 4; r += 1) {
        const int at = least(row + r, rows - 1);
        from[r] = weights + (size_t)at * (size_t)rowStride;
        to[r] = out + (size_t)(targets ? targets[at] : at) * (size_t)outLanes + begin;
      }
      interleave(from, inputs, (size_t)columnStride, room, 4);
      panel = packed;
      for (int lane = begin; lane < end; lane += PANEL, panel += size) {
        block(room, panel, inputs, to, laneEnd - lane, rows - row, add);
        for (int r = 0; r < 4; r += 1) to[r] += PANEL;
      }
    }
  }
}

static void productOfOne(const float *weights, int rowStride, const int32_t *sources, int inputs, const float *voltages, int lanes, float *out, int outLanes, int rows, float *room) {
  for (int j = 0; j < inputs; j += 1) room[j] = *lanesOf(sources, j, voltages, lanes);
  for (int row = 0; row < rows; row += 1) out[(size_t)row * (size_t)outLanes] = dot(weights + (size_t)row * (size_t)rowStride, room, inputs);
}

/* Sources as 16-bit numbers, or as 32-bit ones. */
#define SPARSE_PRODUCT(product, productOfOne, Source) \
  static void product(const float *weights, const int32_t *offset, const Source *sources, const float *voltages, float *restrict out, int rows, int lanes, int count) { \
    for (int row = 0; row < rows; row += 1, out += lanes) { \
      for (int b = 0; b < count; b += WIDTH) { \
        if (count - b >= WIDTH) { \
          Vector sum = {0}; \
          for (int j = offset[row]; j < offset[row + 1]; j += 1) sum += splat(weights[j]) * load(voltages + (size_t)sources[j] * (size_t)lanes + b); \
          store(out + b, sum); \
          continue; \
        } \
        float sums[WIDTH] = {0}; \
        for (int j = offset[row]; j < offset[row + 1]; j += 1) { \
          const float *from = voltages + (size_t)sources[j] * (size_t)lanes; \
          for (int c = b; c < count; c += 1) sums[c - b] += weights[j] * from[c]; \
        } \
        memcpy(out + b, sums, sizeof(float) * (size_t)(count - b)); \
      } \
    } \
  } \
  static void productOfOne(const float *weights, const int32_t *offset, const Source *sources, const float *voltages, float *restrict out, int rows) { \
    for (int row = 0; row < rows; row += 1) { \
      float s[WIDTH] = {0}; \
      int j = offset[row]; \
      for (; j + WIDTH <= offset[row + 1]; j += WIDTH) { \
        __builtin_prefetch(weights + j + AHEAD); \
        __builtin_prefetch(sources + j + AHEAD); \
        for (int i = 0; i < WIDTH; i += 1) s[i] += weights[j + i] * voltages[sources[j + i]]; \
      } \
      float sum = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7])); \
      for (; j < offset[row + 1]; j += 1) sum += weights[j] * voltages[sources[j]]; \
      out[row] = sum; \
    } \
  }

SPARSE_PRODUCT(sparseProduct, sparseProductOfOne, uint16_t)
SPARSE_PRODUCT(wideSparseProduct, wideSparseProductOfOne, int32_t)

static void gradients(const float *coefficients, int coefficientLanes, const int32_t *sources, int inputs, const float *voltages, int lanes, int count, float *gradient, int stride, int rows, float *room) {
  if (inputs < FEW_SOURCES) {
    for (int row = 0; row < rows; row += 1) {
      for (int j = 0; j < inputs; j += 1) gradient[(size_t)row * (size_t)stride + (size_t)j] = dot(coefficients + (size_t)row * (size_t)coefficientLanes, lanesOf(sources, j, voltages, lanes), count);
    }
    return;
  }
  if (count == 1) {
    for (int j = 0; j < inputs; j += 1) room[j] = *lanesOf(sources, j, voltages, lanes);
    for (int row = 0; row < rows; row += 1) {
      const float c = coefficients[(size_t)row * (size_t)coefficientLanes];
      float *restrict to = gradient + (size_t)row * (size_t)stride;
      for (int j = 0; j < inputs; j += 1) to[j] = c * room[j];
    }
    return;
  }
  const size_t size = 4 * (size_t)count;
  float *const panel = room + (size_t)((rows + 3) / 4) * size;
  for (int row = 0; row < rows; row += 4) {
    const float *from[4];
    for (int r = 0; r < 4; r += 1) from[r] = coefficients + (size_t)least(row + r, rows - 1) * (size_t)coefficientLanes;
    interleave(from, count, 1, room + (size_t)(row / 4) * size, 4);
  }
  for (int j = 0; j < inputs; j += PANEL) {
    for (int k = 0; k < PANEL; k += 4) {
      const float *from[4];
      for (int r = 0; r < 4; r += 1) from[r] = lanesOf(sources, least(j + k + r, inputs - 1), voltages, lanes);
      interleave(from, count, 1, panel + k, PANEL);
    }
    for (int row = 0; row < rows; row += 4) {
      float *to[4];
      for (int r = 0; r < 4; r += 1) to[r] = gradient + (size_t)least(row + r, rows - 1) * (size_t)stride + j;
      block(room + (size_t)(row / 4) * size, panel, count, to, inputs - j, rows - row, 0);
    }
  }
}

/* tanh(x) = x P(x²) / Q(x²) for |x| ≤ 9, as in ../assembly/elementwise.ts. */
static inline float hyperbolicTangent(float x) {
  const float z = x > 9 ? 9 : x < -9 ? -9 : x;
  const float t = z * z;
  const float p = (((1.3354638249804733e-8f * t + 0.00002060906388808214f) * t + 0.0034955869463279654f) * t + 0.13381024634591565f) * t + 0.9999999794766905f;
  const float q = (((7.776548288763193e-7f * t + 0.00032856329266427945f) * t + 0.025876977662392178f) * t + 0.4671434023238233f) * t + 1;
  const float v = z * p / q;
  return v > 1 ? 1 : v < -1 ? -1 : v;
}

static int activate(int kind, const float *weightedInputs, float *voltages, int rows, int lanes, int count) {
  int bad = -1;
  for (int row = 0; row < rows; row += 1) {
    const float *restrict z = weightedInputs + (size_t)row * (size_t)lanes;
    float *restrict v = voltages + (size_t)row * (size_t)lanes;
    int finite = 1;
    for (int b = 0; b < count; b += 1) finite &= fabsf(z[b]) <= 3.4028234e38f;
    if (kind == 0) for (int b = 0; b < count; b += 1) v[b] = hyperbolicTangent(z[b]);
    else if (kind == 1) for (int b = 0; b < count; b += 1) v[b] = z[b] > 0 ? z[b] : 0;
    else for (int b = 0; b < count; b += 1) v[b] = z[b];
    if (!finite && bad < 0) bad = row;
  }
  return bad;
}

static inline float slope(int kind, float v) {
  return kind == 0 ? 1 - v * v : kind == 1 ? (float)(v > 0) : kind == 2 ? v * (1 - v) : 1;
}

static void multiplySlopes(int kind, const float *factors, float *coefficients, int coefficientLanes, const float *voltages, int lanes, int rows, int count, float scale) {
  for (int row = 0; row < rows; row += 1) {
    const float *f = factors + (size_t)row * (size_t)coefficientLanes;
    float *c = coefficients + (size_t)row * (size_t)coefficientLanes;
    const float *restrict v = voltages + (size_t)row * (size_t)lanes;
    for (int b = 0; b < count; b += 1) c[b] = f[b] * (scale * slope(kind, v[b]));
  }
}

static int ownErrors(
  int rows, int size, int stride, const float *critic, const float *target, const float *values, const float *acted, const float *next,
  const float *restrict reward, const float *restrict discounts, float *restrict error, float *gradient) {
  const float scale = 1 / (float)size;
  int bad = -1;
  for (int row = 0; row < rows; row += 1, values += 2 * size, next += 2 * size, acted += size, error += size) {
    const size_t last = (size_t)(row + 1) * (size_t)stride - 1;
    const float slope = critic[last], targetSlope = target[last];
    int finite = 1;
    for (int b = 0; b < size; b += 1) {
      const float successor = values[size + b] + targetSlope * next[size + b];
      error[b] = scale * (reward[b] + discounts[b] * successor - values[b] - slope * acted[b]);
      finite &= fabsf(error[b]) <= 3.4028234e38f;
    }
    gradient[last] = dot(error, acted, size);
    if (!finite && bad < 0) bad = row;
  }
  return bad;
}

/* to[j, b] = from[rows[b], j] */
static void gatherLanes(const float *from, int width, const int32_t *rows, int count, float *to, int lanes) {
  int b = 0;
  for (; b + 4 <= count; b += 4) {
    const float *const four[4] = {from + (size_t)rows[b] * width, from + (size_t)rows[b + 1] * width, from + (size_t)rows[b + 2] * width, from + (size_t)rows[b + 3] * width};
    interleave(four, width, 1, to + b, lanes);
  }
  for (; b < count; b += 1) {
    const float *row = from + (size_t)rows[b] * width;
    for (int j = 0; j < width; j += 1) to[(size_t)j * lanes + b] = row[j];
  }
}

/* 0 where a number is smaller than `least`; what is no number stays. */
static inline Vector flushed(Vector x, float least) {
  typedef int32_t Bits __attribute__((vector_size(32)));
  const Bits small = (x < splat(least)) & (x > splat(-least));
  return (Vector)((Bits)x & ~small);
}

static inline Vector magnitude(Vector x) {
  typedef int32_t Bits __attribute__((vector_size(32)));
  const int32_t rest = 0x7fffffff;
  return (Vector)((Bits)x & (Bits){rest, rest, rest, rest, rest, rest, rest, rest});
}

static void followTraces(
  const int32_t *offset, int rows, const float *credit, const float *terms, int shared, float kept, float tdError, float least,
  float *trace, float *direction, float *reach) {
  const float *term = terms;
  for (int row = 0; row < rows; row += 1) {
    const int count = offset[row + 1] - offset[row];
    Vector sums = {0};
    int i = 0;
    if (shared) term = terms;
    for (; i + WIDTH <= count; i += WIDTH) {
      const Vector x = flushed(splat(kept) * load(trace + i) + splat(credit[row]) * load(term + i), least);
      store(trace + i, x);
      store(direction + i, splat(tdError) * x);
      sums += magnitude(x);
    }
    float sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
    for (; i < count; i += 1) {
      const float x = kept * trace[i] + credit[row] * term[i];
      trace[i] = fabsf(x) < least ? 0 : x;
      direction[i] = tdError * trace[i];
      sum += fabsf(trace[i]);
    }
    reach[row] = sum;
    trace += count;
    direction += count;
    term += count;
  }
}

/* One row of a small product: out[b] = Σ_j w[column j] voltages[count j + b], or adds it to what is there. */
static void rowOfBlock(const float *w, int column, int inputs, const float *voltages, int count, float *out, int add) {
  int b = 0;
  for (; b + 2 * WIDTH <= count; b += 2 * WIDTH) {
    Vector low = {0}, high = {0};
    if (add) {
      low = load(out + b);
      high = load(out + b + WIDTH);
    }
    for (int j = 0; j < inputs; j += 1) {
      const float *from = voltages + (size_t)j * (size_t)count + b;
      const Vector weight = splat(w[(size_t)j * (size_t)column]);
      low += weight * load(from);
      high += weight * load(from + WIDTH);
    }
    store(out + b, low);
    store(out + b + WIDTH, high);
  }
  for (; b < count; b += 1) {
    float sum = add ? out[b] : 0;
    for (int j = 0; j < inputs; j += 1) sum += w[(size_t)j * (size_t)column] * voltages[(size_t)j * (size_t)count + (size_t)b];
    out[b] = sum;
  }
}

/* Four rows of a small product; w holds four numbers for each input. */
static void rowsOfBlock(const float *w, int inputs, const float *voltages, int count, float *out) {
  int b = 0;
  for (; b + 2 * WIDTH <= count; b += 2 * WIDTH) {
    Vector low[4] = {{0}}, high[4] = {{0}};
    for (int j = 0; j < inputs; j += 1) {
      const float *from = voltages + (size_t)j * (size_t)count + b;
      const Vector x = load(from), y = load(from + WIDTH);
#pragma GCC unroll 4
      for (int r = 0; r < 4; r += 1) {
        const Vector weight = splat(w[4 * j + r]);
        low[r] += weight * x;
        high[r] += weight * y;
      }
    }
#pragma GCC unroll 4
    for (int r = 0; r < 4; r += 1) {
      store(out + r * count + b, low[r]);
      store(out + r * count + b + WIDTH, high[r]);
    }
  }
  for (; b < count; b += 1) {
    for (int r = 0; r < 4; r += 1) {
      float sum = 0;
      for (int j = 0; j < inputs; j += 1) sum += w[4 * j + r] * voltages[(size_t)j * (size_t)count + (size_t)b];
      out[r * count + b] = sum;
    }
  }
}

static void blockProducts(
  int blocks, int rows, int inputs, int count, const float *weights, int weightStep, int rowStride, int columnStride,
  const float *voltages, int voltageStep, float *out, int outStep, int add, float *room) {
  for (int k = 0; k < blocks; k += 1, weights += weightStep, voltages += voltageStep, out += outStep) {
    int row = 0;
    for (; row + 4 <= rows && !add; row += 4) {
      const float *from[4];
      for (int r = 0; r < 4; r += 1) from[r] = weights + (size_t)(row + r) * (size_t)rowStride;
      interleave(from, inputs, (size_t)columnStride, room, 4);
      rowsOfBlock(room, inputs, voltages, count, out + (size_t)row * (size_t)count);
    }
    for (; row < rows; row += 1) rowOfBlock(weights + (size_t)row * (size_t)rowStride, columnStride, inputs, voltages, count, out + (size_t)row * (size_t)count, add);
  }
}

static void blockGradients(
  int blocks, int rows, int inputs, int count, const float *coefficients, int coefficientStep,
  const float *voltages, int voltageStep, float *gradient, int gradientStep, int rowStride, float *room) {
  for (int k = 0; k < blocks; k += 1, coefficients += coefficientStep, voltages += voltageStep, gradient += gradientStep) {
    gradients(coefficients, count, NULL, inputs, voltages, count, count, gradient, rowStride, rows, room);
  }
}

static void pairProducts(const float *x, int lanes, int begin, int end, int count, float *restrict products) {
  for (int i = begin; i < end; i += 1) {
    const float *own = x + (size_t)i * (size_t)lanes;
    for (int j = 0; j <= i; j += 1, products += count) {
      const float *other = x + (size_t)j * (size_t)lanes;
      const float share = j < i ? 1 : 0.5f;
      for (int b = 0; b < count; b += 1) products[b] = share * (own[b] * other[b]);
    }
  }
}

static void copy(const float *restrict from, float *restrict to, int count) {
  for (int i = 0; i < count; i += 1) to[i] = from[i];
}

static void addScaled(float factor, const float *restrict voltages, float *restrict sum, int count) {
  for (int b = 0; b < count; b += 1) sum[b] += factor * voltages[b];
}

static void addScaledRows(const int32_t *offset, int rows, const float *factors, const float *numbers, float *sum) {
  for (int row = 0; row < rows; row += 1) {
    const int count = offset[row + 1] - offset[row];
    addScaled(factors[row], numbers, sum, count);
    numbers += count;
    sum += count;
  }
}

static void softUpdate(const float *restrict values, float *restrict target, int count, float tau) {
  for (int i = 0; i < count; i += 1) target[i] += tau * (values[i] - target[i]);
}

static void adam(
  float *restrict values, const float *restrict gradient, float *restrict first, float *restrict second, int count,
  float beta1, float beta2, float epsilon, float scale, float correction, float leastFirst, float leastSecond) {
  const float rate1 = 1 - beta1, rate2 = 1 - beta2;
  for (int i = 0; i < count; i += 1) {
    const float g = gradient[i];
    const float m = first[i] + rate1 * (g - first[i]);
    const float s = second[i] + rate2 * (g * g - second[i]);
    first[i] = fabsf(m) < leastFirst ? 0 : m;
    second[i] = fabsf(s) < leastSecond ? 0 : s;
    values[i] += scale * first[i] / (sqrtf(second[i] * correction) + epsilon);
  }
}

static void rmsprop(float *restrict values, const float *restrict gradient, float *restrict second, int count, float rate, float decay, float epsilon, float least) {
  const float rate2 = 1 - decay;
  for (int i = 0; i < count; i += 1) {
    const float g = gradient[i];
    const float s = second[i] + rate2 * (g * g - second[i]);
    second[i] = fabsf(s) < least ? 0 : s;
    values[i] += rate * g / sqrtf(second[i] + epsilon);
  }
}

static void momentum(float *restrict values, const float *restrict gradient, float *restrict first, int count, float rate, float kept, float least) {
  for (int i = 0; i < count; i += 1) {
    const float m = kept * first[i] + gradient[i];
    first[i] = fabsf(m) < least ? 0 : m;
    values[i] += rate * first[i];
  }
}

static float squareSum(const float *numbers, int count) {
  float sum = 0;
  for (int i = 0; i < count; i += 1) sum += numbers[i] * numbers[i];
  return sum;
}

/* Arguments as they come from JavaScript: numbers. An address of 0 stands for none. */
enum { MOST_ARGUMENTS = 16 };
typedef struct {
  char *base;
  double value[MOST_ARGUMENTS];
} Call;

static void *address(const Call *call, int i) { return call->base + (size_t)call->value[i]; }
static const int32_t *list(const Call *call, int i) { return call->value[i] == 0 ? NULL : address(call, i); }
static int whole(const Call *call, int i) { return (int)call->value[i]; }
static float single(const Call *call, int i) { return (float)call->value[i]; }

static Call receive(napi_env env, napi_callback_info info) {
  Call call = {0};
  napi_value arguments[MOST_ARGUMENTS];
  size_t count = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &count, arguments, NULL, (void **)&call.base);
  for (size_t i = 0; i < count && i < MOST_ARGUMENTS; i += 1) napi_get_value_double(env, arguments[i], &call.value[i]);
  return call;
}

#define A(i) address(&c, i)
#define L(i) list(&c, i)
#define I(i) whole(&c, i)
#define F(i) single(&c, i)
#define EXPORTED(name, ...) \
  static napi_value call_##name(napi_env env, napi_callback_info info) { \
    const Call c = receive(env, info); \
    name(__VA_ARGS__); \
    return NULL; \
  }

EXPORTED(product, A(0), I(1), I(2), L(3), I(4), A(5), I(6), A(7), L(8), I(9), I(10), I(11), I(12), A(13), I(14), I(15))
EXPORTED(productOfOne, A(0), I(1), L(2), I(3), A(4), I(5), A(6), I(7), I(8), A(9))
EXPORTED(multiplySlopes, I(0), A(1), A(2), I(3), A(4), I(5), I(6), I(7), F(8))
EXPORTED(sparseProduct, A(0), L(1), A(2), A(3), A(4), I(5), I(6), I(7))
EXPORTED(wideSparseProduct, A(0), L(1), A(2), A(3), A(4), I(5), I(6), I(7))
EXPORTED(sparseProductOfOne, A(0), L(1), A(2), A(3), A(4), I(5))
EXPORTED(wideSparseProductOfOne, A(0), L(1), A(2), A(3), A(4), I(5))
EXPORTED(gradients, A(0), I(1), L(2), I(3), A(4), I(5), I(6), A(7), I(8), I(9), A(10))
EXPORTED(gatherLanes, A(0), I(1), L(2), I(3), A(4), I(5))
EXPORTED(followTraces, L(0), I(1), A(2), A(3), I(4), F(5), F(6), F(7), A(8), A(9), A(10))
EXPORTED(blockProducts, I(0), I(1), I(2), I(3), A(4), I(5), I(6), I(7), A(8), I(9), A(10), I(11), I(12), A(13))
EXPORTED(blockGradients, I(0), I(1), I(2), I(3), A(4), I(5), A(6), I(7), A(8), I(9), I(10), A(11))
EXPORTED(pairProducts, A(0), I(1), I(2), I(3), I(4), A(5))
EXPORTED(copy, A(0), A(1), I(2))
EXPORTED(addScaled, F(0), A(1), A(2), I(3))
EXPORTED(addScaledRows, L(0), I(1), A(2), A(3), A(4))
EXPORTED(softUpdate, A(0), A(1), I(2), F(3))
EXPORTED(adam, A(0), A(1), A(2), A(3), I(4), F(5), F(6), F(7), F(8), F(9), F(10), F(11))

EXPORTED(rmsprop, A(0), A(1), A(2), I(3), F(4), F(5), F(6), F(7))
EXPORTED(momentum, A(0), A(1), A(2), I(3), F(4), F(5), F(6))

static napi_value call_squareSum(napi_env env, napi_callback_info info) {
  const Call c = receive(env, info);
  napi_value result;
  napi_create_double(env, squareSum(A(0), I(1)), &result);
  return result;
}

static napi_value call_activate(napi_env env, napi_callback_info info) {
  const Call c = receive(env, info);
  napi_value result;
  napi_create_int32(env, activate(I(0), A(1), A(2), I(3), I(4), I(5)), &result);
  return result;
}

static napi_value call_ownErrors(napi_env env, napi_callback_info info) {
  const Call c = receive(env, info);
  napi_value result;
  napi_create_int32(env, ownErrors(I(0), I(1), I(2), A(3), A(4), A(5), A(6), A(7), A(8), A(9), A(10), A(11)), &result);
  return result;
}

/* attach(bytes): the kernels on the memory that `bytes` lie at the start of. A shared memory does not move when it grows. */
static napi_value attach(napi_env env, napi_callback_info info) {
  static const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
    {"product", call_product}, {"productOfOne", call_productOfOne}, {"sparseProduct", call_sparseProduct},
    {"wideSparseProduct", call_wideSparseProduct}, {"sparseProductOfOne", call_sparseProductOfOne}, {"wideSparseProductOfOne", call_wideSparseProductOfOne}, {"gradients", call_gradients}, {"activate", call_activate},
    {"gatherLanes", call_gatherLanes},
    {"ownErrors", call_ownErrors}, {"followTraces", call_followTraces}, {"addScaledRows", call_addScaledRows},
    {"multiplySlopes", call_multiplySlopes}, {"blockProducts", call_blockProducts}, {"blockGradients", call_blockGradients}, {"pairProducts", call_pairProducts},
    {"copy", call_copy}, {"addScaled", call_addScaled}, {"softUpdate", call_softUpdate}, {"adam", call_adam},
    {"rmsprop", call_rmsprop}, {"momentum", call_momentum}, {"squareSum", call_squareSum},
  };
  napi_value bytes, kernels, call;
  size_t count = 1;
  void *base = NULL;
  napi_get_cb_info(env, info, &count, &bytes, NULL, NULL);
  if (napi_get_typedarray_info(env, bytes, NULL, NULL, &base, NULL, NULL) != napi_ok) {
    napi_throw_type_error(env, NULL, "expected a typed array");
    return NULL;
  }
  napi_create_object(env, &kernels);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i += 1) {
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, base, &call);
    napi_set_named_property(env, kernels, functions[i].name, call);
  }
  return kernels;
}

NAPI_MODULE_INIT() {
  napi_value call;
  napi_create_function(env, "attach", NAPI_AUTO_LENGTH, attach, NULL, &call);
  napi_set_named_property(env, exports, "attach", call);
  return exports;
}
