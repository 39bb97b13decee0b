/* Length of paths in given units of each dimension, with its exact backward pass. length.py calls it. */
#include "vectors.h"

typedef struct {
  int members, batch, points, dimensions;
  float floor;        /* smallest square of a segment's length; the gradient is zero below */
  const float *path;  /* (member, batch, point, dimension) */
  const float *scale; /* (member, dimension) */
} Length;

/* Reads point p of a block, and gives the segment from `last` to it in units of the scale and its squared length. */
INLINE vec segment(const Length *l, size_t first, int p, int lanes, const float *scale, const vec *last, vec *point, vec *step) {
  int n = l->dimensions;
  vec square = {0};
  load(point, l->path + (first * l->points + p) * n, n, (size_t)l->points * n, lanes);
  for (int d = 0; d < n; d++) step[d] = (point[d] - last[d]) / scale[d], square += step[d] * step[d];
  return square;
}

/* lengths: (member, batch) */
void length_forward(const Length *l, float *lengths) {
  int n = l->dimensions;
  vec *last = scratch(n), *point = scratch(n), *step = scratch(n);
  for (int member = 0; member < l->members; member++)
    for (int b = 0; b < l->batch; b += LANES) {
      int lanes = minimum(LANES, l->batch - b);
      size_t first = (size_t)member * l->batch + b;
      vec total = {0};
      load(last, l->path + first * l->points * n, n, (size_t)l->points * n, lanes);
      for (int p = 1; p < l->points; p++) {
        vec square = segment(l, first, p, lanes, l->scale + (size_t)member * n, last, point, step);
        total += square_root(maximum(square, l->floor));
        vec *swap = last;
        last = point, point = swap;
      }
      store(lengths + first, &total, 1, 1, lanes);
    }
  free(last), free(point), free(step);
}

/* path_gradient is overwritten, scale_gradient added to. */
void length_backward(const Length *l, const float *gradient, float *path_gradient, float *scale_gradient) {
  int n = l->dimensions;
  vec *last = scratch(n), *point = scratch(n), *step = scratch(n), *pull = zeros(n), *scales = zeros(n);
  for (int member = 0; member < l->members; member++) {
    const float *scale = l->scale + (size_t)member * n;
    for (int b = 0; b < l->batch; b += LANES) {
      int lanes = minimum(LANES, l->batch - b);
      size_t first = (size_t)member * l->batch + b, row = (size_t)l->points * n;
      vec g;
      load(&g, gradient + first, 1, 1, lanes);
      load(last, l->path + first * row, n, row, lanes);
      for (int d = 0; d < n; d++) pull[d] = (vec){0};
      for (int p = 1; p < l->points; p++) {
        vec square = segment(l, first, p, lanes, scale, last, point, step);
        vec slope = (vec)((ivec)(g / square_root(maximum(square, l->floor))) & (ivec)(square >= l->floor));
        for (int d = 0; d < n; d++) { /* pull: of the segment's end, which begins the next one */
          vec along = slope * step[d] / scale[d];
          scales[d] -= along * step[d];
          last[d] = pull[d] - along;
          pull[d] = along;
        }
        store(path_gradient + first * row + (size_t)(p - 1) * n, last, n, row, lanes);
        vec *swap = last;
        last = point, point = swap;
      }
      store(path_gradient + first * row + (size_t)(l->points - 1) * n, pull, n, row, lanes);
    }
    add_lanes(scale_gradient + (size_t)member * n, scales, n);
  }
  free(last), free(point), free(step), free(pull), free(scales);
}
