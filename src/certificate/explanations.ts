/** What the numbers of a certificate mean: the same words on the terminal, on the page and in `docs/certificate.md`. */
export const EXPLANATIONS = {
  question: 'The source paper conjectures that the gradient of each neuron\'s own critic, ∇_{K^n} Q^n, agrees with the neuron\'s row of the whole network\'s policy gradient, '
    + '(∇_K Q^μ)^n. Here DDPG trains a network by the latter. Every kind of critic estimates the former from the same minibatches, without changing the network.',
  cosine: 'Signed cosine between the mean of a kind\'s gradients and the mean of the reference\'s, over fresh minibatches from the replay: 1 the same direction, 0 none, −1 the opposite. '
    + 'A layer\'s number is the mean over its neurons with a valid reference (hidden: all hidden layers together). A cosine at the first probe alone is no evidence: second half is the mean over the probes in the second half of the run.',
  interval: 'Intervals are 95 % bootstrap intervals over minibatches, and for layers over neurons too. They are of this run; only several seeds show how runs differ.',
  paired: 'Paired: cosine between the gradients of all minibatches laid end to end, which is informative even if the means cancel out; median over the probes. ‖g‖/‖ref‖: ratio of the mean gradients\' lengths, median over the probes.',
  reference: 'A reference is valid where its length exceeds both what float32 rounding can make of a gradient of 0 and twice its standard error over minibatches. Split half: cosine between the means of one half of the minibatches and '
    + 'of the other. Finite differences: the largest deviation from central differences of Q^μ in double precision, as a fraction of the gradient\'s length. Medians over the probes, the last a maximum.',
  utility: 'Depth utility: the gain of learning hidden rows. The same learner with the layer\'s rows left as they were drawn (frozen), on the same seeds and evaluation episodes; hidden: all hidden layers. difference = R_learning − R_frozen; '
    + 'improvement ratio = (R_learning − R_random) / (R_frozen − R_random), – where the interval of R_frozen − R_random reaches down to 0. Rules run with their default settings, not with the critics above. Intervals are over seeds.',
  natural: 'twin is the control: backpropagation from a second critic, trained as DDPG\'s own but from other first weights. It is a ceiling for the agreement of neurons\' own critics. '
    + 'compatible-natural steps up the natural gradient: if its critic is exact, its direction is the gradient divided by a Fisher matrix, and its cosine is below 1. three-factor and broadcast climb the TD error\'s slope, not Q\'s. exact '
    + 'backpropagates from the critic that three-factor and broadcast share: its difference from 1 is the error of that critic.',
} as const;
