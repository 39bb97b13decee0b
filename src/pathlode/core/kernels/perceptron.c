/* A multilayer perceptron applied to every row of a tensor, with its exact backward pass. perceptron.py calls it. */
#include "network.h"

typedef struct {
  int members, rows;
  Network network;
} Perceptron;

/* x: (member, row, input), y: (member, row, output) */
void perceptron_forward(const Perceptron *p, const float *x, float *y) {
  const Network *n = &p->network;
  int inputs = n->sizes[0], outputs = n->sizes[n->layers], kept = activations(n);
  vec *tape = scratch(kept);
  for (int member = 0; member < p->members; member++)
    for (int first = 0; first < p->rows; first += LANES) {
      size_t row = (size_t)member * p->rows + first;
      int lanes = minimum(LANES, p->rows - first);
      load(tape, x + row * inputs, inputs, inputs, lanes);
      network_forward(n, member, tape);
      store(y + row * outputs, tape + kept - outputs, outputs, outputs, lanes);
    }
  free(tape);
}

/* Gradients of weights and biases are added to; x_gradient is overwritten unless it is NULL. */
void perceptron_backward(const Perceptron *p, const float *x, const float *y_gradient, float *x_gradient,
                         float **weight_gradients, float **bias_gradients) {
  const Network *n = &p->network;
  int inputs = n->sizes[0], outputs = n->sizes[n->layers], kept = activations(n), width = kept - inputs;
  vec *tapes = scratch((size_t)TOGETHER * kept), *deltas = scratch((size_t)TOGETHER * width), *into = scratch(inputs);
  NetworkGradient gradient = network_gradient(n);
  for (int member = 0; member < p->members; member++) {
    int held = 0;
    for (int first = 0; first < p->rows; first += LANES) {
      size_t row = (size_t)member * p->rows + first;
      int lanes = minimum(LANES, p->rows - first);
      vec *tape = tapes + (size_t)held * kept, *delta = deltas + (size_t)held * width;
      load(tape, x + row * inputs, inputs, inputs, lanes);
      if (n->layers > 1) network_forward(n, member, tape);
      load(delta + width - outputs, y_gradient + row * outputs, outputs, outputs, lanes);
      for (int i = 0; i < inputs; i++) into[i] = (vec){0};
      network_backward(n, member, tape, tape, delta, x_gradient ? into : NULL);
      if (x_gradient) store(x_gradient + row * inputs, into, inputs, inputs, lanes);
      if (++held == TOGETHER || first + LANES >= p->rows) add_evaluations(n, gradient, tapes, deltas, held), held = 0;
    }
    add_member(n, gradient, member, weight_gradients, bias_gradients);
  }
  free(tapes), free(deltas), free(into), free(gradient.weights), free(gradient.biases);
}
