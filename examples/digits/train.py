#!/usr/bin/env python3
"""Trains the network of this example and writes every file that the example ships.

    train.py [--out DIR] [--epochs N] [--seed N]

Needs MegEngine and scikit-learn (Python 3.10: pip install megengine==1.13.0 "numpy<1.24" scikit-learn).
Nothing else in the project does: digits.mge is checked in, so this runs only to make it anew.

The data is scikit-learn's copy of the UCI handwritten digits, 1797 grey images of 8x8 pixels (LICENSE-DATA.md).
A fifth of them, 360, is held out before training and used for nothing but the accuracy printed at the end.
The number of epochs is fixed in advance; no decision is taken by looking at the held-out images.

Written into DIR (default: the folder of this script):
    digits.mge     the network: input "data" [N,1,8,8] float32 in 0..1, output "prob" [N,10] float32
    images.npy     the first 60 held-out images, [60,1,8,8] float32 in 0..1
    labels.npy     what they show, [60] int32
    expected.npy   what MegEngine answers when it loads digits.mge, [60,10] float32
The same seed on the same machine and MegEngine gives the same files.
"""
import argparse
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")

import megengine as mge
import megengine.autodiff as autodiff
import megengine.functional as F
import megengine.module as M
import megengine.optimizer as optim
import numpy as np
from megengine.jit import trace
from megengine.utils.comp_graph_tools import GraphInference
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SHIPPED = 60


class ConvBn(M.Sequential):
    """A convolution without bias, batch normalisation, ReLU; the dump folds the normalisation into the weights."""

    def __init__(self, ic, oc, kernel, groups=1):
        super().__init__(
            M.Conv2d(ic, oc, kernel, padding=kernel // 2, groups=groups, bias=False), M.BatchNorm2d(oc), M.ReLU()
        )


class Digits(M.Module):
    """8x8 image -> ten probabilities."""

    def __init__(self):
        super().__init__()
        self.stem = ConvBn(1, 16, 3)                    # [N, 16, 8, 8]  a convolution with one input channel
        self.conv = ConvBn(16, 32, 3)                   # [N, 32, 8, 8]  an ordinary 3x3 convolution
        self.depthwise = ConvBn(32, 32, 3, groups=32)   # [N, 32, 4, 4]  after 2x2 max pooling
        self.pointwise = ConvBn(32, 64, 1)              # [N, 64, 4, 4]
        self.fc = M.Linear(64, 10)                      # after global average pooling

    def logits(self, x):
        x = self.conv(self.stem(x))
        x = F.max_pool2d(x, 2)
        x = self.pointwise(self.depthwise(x))
        x = F.avg_pool2d(x, 4)
        return self.fc(F.flatten(x, 1))

    def forward(self, x):
        return F.softmax(self.logits(x), axis=1)


def shifted(images, rng):
    """Each image moved by up to one pixel in each direction, zeros coming in: cheap variety for a small data set."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.empty_like(images)
    for i, (dy, dx) in enumerate(rng.integers(0, 3, size=(len(images), 2))):
        out[i] = padded[i, :, dy : dy + 8, dx : dx + 8]
    return out


def train(net, images, labels, epochs, rng, batch=64):
    net.train()
    opt = optim.Adam(net.parameters(), lr=2e-3, weight_decay=1e-4)
    gm = autodiff.GradManager().attach(net.parameters())
    steps = -(-len(images) // batch)
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        moved = shifted(images, rng)
        total = 0.0
        for step in range(steps):
            for group in opt.param_groups:  # half a cosine from the first step to the last
                group["lr"] = 1e-3 * (1 + np.cos(np.pi * (epoch * steps + step) / (epochs * steps)))
            pick = order[step * batch : (step + 1) * batch]
            with gm:
                loss = F.nn.cross_entropy(net.logits(mge.tensor(moved[pick])), mge.tensor(labels[pick]), label_smooth=0.02)
                gm.backward(loss)
            opt.step().clear_grad()
            total += float(loss.item()) * len(pick)
        if epoch % 10 == 9 or epoch + 1 == epochs:
            print("epoch %3d  loss %.4f" % (epoch + 1, total / len(images)), flush=True)


def dump(net, path):
    net.eval()

    @trace(symbolic=True, capture_as_const=True)
    def infer(data):
        return net(data)

    infer(mge.tensor(np.zeros((1, 1, 8, 8), np.float32)))
    infer.dump(
        path, arg_names=["data"], output_names=["prob"], optimize_for_inference=True, enable_fuse_conv_bias_nonlinearity=True
    )


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--out", default=here)
    args.add_argument("--epochs", type=int, default=60)
    args.add_argument("--seed", type=int, default=2026)
    args = args.parse_args()
    os.makedirs(args.out, exist_ok=True)

    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[:, None]
    labels = digits.target.astype(np.int32)
    train_x, test_x, train_y, test_y = train_test_split(
        images, labels, test_size=360, stratify=labels, random_state=args.seed, shuffle=True
    )
    print("%d images to train on, %d held out" % (len(train_x), len(test_x)))

    mge.random.seed(args.seed)
    net = Digits()
    print("%d parameters" % sum(p.numpy().size for p in net.parameters()))
    train(net, train_x, train_y, args.epochs, np.random.default_rng(args.seed))

    path = os.path.join(args.out, "digits.mge")
    dump(net, path)
    graph = GraphInference(path)  # the answers come from the file itself, as MegEngine loads it
    prob = graph.run(inp_dict={"data": test_x})["prob"]
    right = (prob.argmax(axis=1) == test_y)
    shipped = slice(0, SHIPPED)
    np.save(os.path.join(args.out, "images.npy"), np.ascontiguousarray(test_x[shipped]))
    np.save(os.path.join(args.out, "labels.npy"), test_y[shipped])
    np.save(os.path.join(args.out, "expected.npy"), graph.run(inp_dict={"data": test_x[shipped]})["prob"])
    print("held out: %d of %d right, %.1f %%" % (right.sum(), len(right), 100 * right.mean()))
    print("of the %d shipped images: %d right" % (SHIPPED, right[shipped].sum()))
    return 0 if right.mean() >= 0.98 else 1


if __name__ == "__main__":
    sys.exit(main())
