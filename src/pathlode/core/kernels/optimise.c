/* The optimiser's arithmetic on one member's parameters at a time: the norm of a gradient, Adam's step, and SOAP's.
 * optimise.py calls it; the same in plain PyTorch is in training/soap.py and
 * training/stacked_optimiser.py.
 */
#include "vectors.h"

/* Tensors whose first axis is the member, row-major. */
typedef struct {
  int count, members;
  const int *sizes; /* numbers of one member in each tensor */
  float **tensors;
} Stack;

/* Euclidean norm of each member's numbers over all tensors. */
void stack_norms(const Stack *s, float *norms) {
  for (int member = 0; member < s->members; member++) {
    vec total = {0};
    for (int t = 0; t < s->count; t++) {
      const float *x = s->tensors[t] + (size_t)member * s->sizes[t];
      for (int i = 0; i < s->sizes[t]; i += LANES) {
        vec part = read(x + i, s->sizes[t] - i);
        total += part * part;
      }
    }
    norms[member] = sqrtf(sum_lanes(total));
  }
}

/* Multiplies each member's numbers by its factor. */
void stack_scale(const Stack *s, const float *factors) {
  for (int member = 0; member < s->members; member++) {
    if (factors[member] == 1.0f) continue;
    for (int t = 0; t < s->count; t++) {
      float *x = s->tensors[t] + (size_t)member * s->sizes[t];
      for (int i = 0; i < s->sizes[t]; i++) x[i] *= factors[member];
    }
  }
}

typedef struct {
  Stack parameters, gradients;
  const float *rates;         /* (member): learning rates */
  float beta1, beta2;         /* decay rates of the moments */
  float unbias1, unbias2;     /* 1 - beta^steps */
  float floor, eps;           /* added to the root: a constant, and a fraction of the matrix's largest root */
  float *mean, *square;       /* moments; for SOAP in the basis */
  int rows, columns;          /* SOAP: of each matrix */
  double basis_decay;
  const float *left, *right;  /* SOAP: P and Q, (tensor, member, n, n) */
  double *left_gram, *right_gram;
} Step;

/* New moments, and Adam's step before it is multiplied by the rate. */
INLINE void adam(const Step *s, int count, float eps, const float *restrict gradient, float *restrict mean,
                 float *restrict square, float *restrict step) {
  float largest = 0;
  for (int i = 0; i < count; i++) {
    mean[i] += (1 - s->beta1) * (gradient[i] - mean[i]);
    square[i] = s->beta2 * square[i] + (1 - s->beta2) * gradient[i] * gradient[i];
    step[i] = sqrtf(square[i] / s->unbias2);
  }
  for (int i = 0; eps > 0 && i < count; i++) largest = step[i] > largest ? step[i] : largest;
  for (int i = 0; i < count; i++) step[i] = mean[i] / s->unbias1 / (step[i] + (eps * largest + s->floor));
}

/* Adam's step for all tensors; moments: (member, all numbers). */
void adam_step(const Step *s) {
  size_t total = 0;
  for (int t = 0; t < s->parameters.count; t++) total += s->parameters.sizes[t];
  float *step = malloc(total * sizeof(float));
  for (int member = 0; member < s->parameters.members; member++) {
    size_t at = member * total;
    for (int t = 0; t < s->parameters.count; t++) {
      int size = s->parameters.sizes[t];
      float *x = s->parameters.tensors[t] + (size_t)member * size;
      adam(s, size, 0, s->gradients.tensors[t] + (size_t)member * size, s->mean + at, s->square + at, step);
      for (int i = 0; i < size; i++) x[i] -= s->rates[member] * step[i];
      at += size;
    }
  }
  free(step);
}

/* ---- products of small matrices, in double precision: their rows are whole `wide`s, the last filled up with zeros ---- */

enum { WIDTH = 4 };
typedef double wide __attribute__((vector_size(8 * WIDTH)));

INLINE int row_of(int columns) { return (columns + WIDTH - 1) / WIDTH; }

/* A matrix of (rows, columns) numbers that lie `down` and `along` apart. */
INLINE void widen(wide *target, const float *source, int rows, int columns, int down, int along) {
  int row = row_of(columns);
  for (int i = 0; i < rows; i++) {
    target[(i + 1) * row - 1] = (wide){0};
    for (int j = 0; j < columns; j++) ((double *)(target + i * row))[j] = source[i * down + j * along];
  }
}

INLINE void product_block(wide *c, const double *a, int down, int along, const wide *b, int k, int row, const int rows,
                          const int block) {
  wide s[2][4] = {0};
  for (int l = 0; l < k; l++)
    for (int i = 0; i < rows; i++)
      for (int v = 0; v < block; v++) s[i][v] += a[i * down + l * along] * b[l * row + v];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < block; v++) c[i * row + v] = s[i][v];
}

/* c = a b, (n, m) from (n, k) and (k, m); numbers of a lie `down` and `along` apart. */
static void product(wide *c, const wide *factor, int down, int along, const wide *b, int n, int k, int m) {
  int row = row_of(m);
#define BLOCK(rows, block) product_block(c + i * row + v, a, down, along, b + v, k, row, rows, block)
  for (int i = 0; i < n; i += 2) {
    const double *a = (const double *)factor + i * down;
    for (int v = 0; v < row; v += 4) switch (minimum(4, row - v) + (i + 1 < n ? 4 : 0)) {
        case 8: BLOCK(2, 4); break;
        case 7: BLOCK(2, 3); break;
        case 6: BLOCK(2, 2); break;
        case 5: BLOCK(2, 1); break;
        case 4: BLOCK(1, 4); break;
        case 3: BLOCK(1, 3); break;
        case 2: BLOCK(1, 2); break;
        case 1: BLOCK(1, 1);
      }
  }
#undef BLOCK
}

/* gram <- decay gram + (1 - decay) x, with gram (n, n) */
INLINE void add_gram(double decay, double *gram, const wide *x, int n) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) gram[i * n + j] += (1 - decay) * (((double *)(x + i * row_of(n)))[j] - gram[i * n + j]);
}

/* SOAP's step for matrices of one shape; moments: (tensor, member, row, column). */
void soap_step(const Step *s) {
  int n = s->rows, m = s->columns, size = n * m, most = n > m ? n : m;
  int nn = WIDTH * row_of(n), mm = WIDTH * row_of(m); /* distance of neighbours in a column, where n and m are a row */
  size_t square = (size_t)most * row_of(most);        /* enough for each matrix */
  wide *memory = aligned_alloc(sizeof(wide), 8 * square * sizeof(wide));
  wide *g = memory, *g_t = g + square, *p = g_t + square, *q = p + square, *q_t = q + square, *half = q_t + square;
  wide *full = half + square, *inner = full + square;
  float *turned = malloc(2 * size * sizeof(float)), *step = turned + size;
  for (int t = 0; t < s->parameters.count; t++)
    for (int member = 0; member < s->parameters.members; member++) {
      size_t matrix = (size_t)t * s->parameters.members + member;
      float *x = s->parameters.tensors[t] + (size_t)member * size;
      const float *gradient = s->gradients.tensors[t] + (size_t)member * size;
      widen(g, gradient, n, m, m, 1), widen(g_t, gradient, m, n, 1, m);
      widen(p, s->left + matrix * n * n, n, n, n, 1);
      widen(q, s->right + matrix * m * m, m, m, m, 1), widen(q_t, s->right + matrix * m * m, m, m, 1, m);
      product(half, p, 1, nn, g, n, n, m); /* P^T G Q */
      product(full, half, mm, 1, q, n, m, m);
      for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) turned[i * m + j] = ((double *)full)[i * mm + j];
      adam(s, size, s->eps, turned, s->mean + matrix * size, s->square + matrix * size, step);
      widen(inner, step, n, m, m, 1);
      product(half, p, nn, 1, inner, n, n, m); /* P S Q^T */
      product(full, half, mm, 1, q_t, n, m, m);
      for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) x[i * m + j] -= s->rates[member] * (float)((double *)full)[i * mm + j];
      product(full, g, mm, 1, g_t, n, m, n);
      add_gram(s->basis_decay, s->left_gram + matrix * n * n, full, n);
      product(full, g, 1, mm, g, m, n, m);
      add_gram(s->basis_decay, s->right_gram + matrix * m * m, full, m);
    }
  free(memory), free(turned);
}
