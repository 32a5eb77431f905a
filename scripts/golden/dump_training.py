#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes how PyTorch's models learn: fifty losses of each family, from weights and batches that both sides compute.

    scripts/golden/dump_training.py trainer/src/test/resources/golden/training

One file, cases.jsonl.gz; per case:

  name, model, settings, properties   what to build
  state      of each parameter and floating-point buffer its name, shape, centre and spread: element i of the t-th is
             centre + spread·(2·u(t, i) − 1), computed in float64 and rounded to float32
  columns    of each column its name, dtype, shape of one example and bound: element i of the c-th, over all examples, is
             2·u(1000 + c, i) − 1 for float32, and the whole part of u·bound for integers. With "per_field", that many are
             added for each step to the right
  optimiser  "adamw" or "sgd", "learning_rate", "weight_decay", "momentum", and "sparse": names of the tables that
             SparseAdam moves at the same rate
  fp32, bf16 losses of the steps; step s takes examples (s mod batches)·batch and on. bf16 is autocast on a CPU
  float64    loss of the last step in float64, which tells how well the case is conditioned
  scores     for forward cases: {"train": …, "eval": …}, scores of the first batch, train first

u(t, i) are the upper 24 bits, over 2²⁴, of SplitMix64's i-th number for the seed t·2³².
"""

import argparse
import gzip
import json
import os

import numpy
import torch

nn = torch.nn
F = torch.nn.functional
STEPS = 50
BATCHES = 5
COLUMN_SEEDS = 1000


def uniform(tensor, count):
    """count numbers in [0, 1), float64."""
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(tensor << 32) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(40)).astype(numpy.float64) / 2.0**24


def mlp(inputs, hidden, outputs, activation=nn.ReLU):
    layers, width = [], inputs
    for size in hidden:
        layers += [nn.Linear(width, size), activation()]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, outputs))


def cnn(widths, strides, channels, classes):
    layers, width = [], channels
    for size, stride in zip(widths, strides):
        layers += [nn.Conv2d(width, size, 3, stride, 1, bias=False), nn.BatchNorm2d(size), nn.ReLU()]
        width = size
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = downsample(inputs, width, stride)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = downsample(inputs, 4 * width, stride)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def downsample(inputs, outputs, stride):
    if stride == 1 and inputs == outputs:
        return None
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class ResNet(nn.Module):
    def __init__(self, block, blocks, stem, channels, classes):
        super().__init__()
        large = stem == "imagenet"
        self.conv1 = nn.Conv2d(channels, 64, 7 if large else 3, 2 if large else 1, 3 if large else 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if large else nn.Identity()
        inputs = 64
        for stage, count in enumerate(blocks):
            width, layers = 64 << stage, []
            for i in range(count):
                layers.append(block(inputs, width, 2 if stage > 0 and i == 0 else 1))
                inputs = width * block.expansion
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class DeepFM(nn.Module):
    def __init__(self, fields, rows, dense, k, hidden):
        super().__init__()
        self.emb = nn.Embedding(rows, k, sparse=True)
        self.lin = nn.Embedding(rows, 1, sparse=True)
        self.mlp = mlp(fields * k + dense, hidden, 1)

    def forward(self, ids, dense):
        e = self.emb(ids)
        fm = 0.5 * ((e.sum(1) ** 2) - (e**2).sum(1)).sum(1, keepdim=True)
        return self.lin(ids).sum(1) + fm + self.mlp(torch.cat([e.flatten(1), dense], 1))


class WideAndDeep(nn.Module):
    def __init__(self, fields, rows, dense, k, hidden):
        super().__init__()
        self.wide = nn.Embedding(rows, 1, sparse=True)
        self.linear = nn.Linear(dense, 1)
        self.emb = nn.Embedding(rows, k, sparse=True)
        self.deep = mlp(fields * k + dense, hidden, 1)

    def forward(self, ids, dense):
        deep = self.deep(torch.cat([self.emb(ids).flatten(1), dense], 1))
        return self.wide(ids).sum(1) + self.linear(dense) + deep


class DLRM(nn.Module):
    def __init__(self, fields, rows, dense, k, bottom, top):
        super().__init__()
        self.fields = fields
        self.bot = nn.Sequential(*mlp(dense, bottom, k), nn.ReLU())
        self.emb = nn.EmbeddingBag(rows, k, mode="sum", sparse=True)
        self.top = mlp(k + (fields + 1) * fields // 2, top, 1)

    def forward(self, ids, dense):
        batch = len(ids)
        x = self.bot(dense)
        bags = self.emb(ids.reshape(batch * self.fields, -1)).reshape(batch, self.fields, -1)
        vectors = torch.cat([x.unsqueeze(1), bags], 1)
        dots = torch.bmm(vectors, vectors.transpose(1, 2))
        rows, columns = torch.tril_indices(self.fields + 1, self.fields + 1, -1)
        return self.top(torch.cat([x, dots[:, rows, columns]], 1))


def normalised(image):
    """As the model of ours does: three channels by ImageNet's moments, else to ±1."""
    three = image.shape[1] == 3
    means = torch.tensor([0.485, 0.456, 0.406] if three else [0.5], dtype=torch.float64)
    deviations = torch.tensor([0.229, 0.224, 0.225] if three else [0.5], dtype=torch.float64)
    factors, terms = 1 / (255 * deviations), -means / deviations
    return image.float() * factors.float().view(1, -1, 1, 1) + terms.float().view(1, -1, 1, 1)


def floating(column, model):
    return column.to(next(model.parameters()).dtype)


def features(model, batch):
    return model(floating(batch["features"], model))


def images(model, batch):
    return model(floating(normalised(batch["image"]), model))


def clicks(model, batch):
    return model(batch["ids"], floating(batch["dense"], model))


def squared(scores, label):
    return F.mse_loss(scores.squeeze(1), label.to(scores.dtype))


def answer(scores, label):
    return F.binary_cross_entropy_with_logits(scores.squeeze(1), label.to(scores.dtype))


def classes(scores, label):
    return F.cross_entropy(scores, label.long())


FEATURES = {"features": "20"}
FEATURE_COLUMN = {"name": "features", "dtype": "float32", "shape": [20]}
VALUE = {"name": "label", "dtype": "float32", "shape": []}
IMAGES = {"classes": "10", "channels": "3", "height": "32", "width": "32"}
IMAGE_COLUMN = {"name": "image", "dtype": "uint8", "shape": [3, 32, 32], "bound": 256}
CLICKS = {"fields": "6", "rows.per.field": "30", "dense": "13"}


def label(bound, dtype="int32"):
    return {"name": "label", "dtype": dtype, "shape": [], "bound": bound}


def ids(count, rows):
    return {"name": "ids", "dtype": "int64", "shape": [count], "bound": rows, "per_field": rows}


CLICK_COLUMNS = [{"name": "dense", "dtype": "float32", "shape": [13]}, ids(6, 30), label(2, "float32")]
ADAMW = {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.01}
SGD = {"name": "sgd", "learning_rate": 0.01, "momentum": 0.9, "weight_decay": 0.0001}


def sparse(*names):
    return dict(ADAMW, learning_rate=0.002, sparse=list(names))


def case(name, model, properties, columns, batch, optimiser, make, run, loss, settings=None):
    return {"name": name, "model": model, "settings": settings or {}, "properties": properties, "columns": columns,
            "batch": batch, "optimiser": optimiser, "make": make, "run": run, "loss": loss}


CASES = [
    case("linear-regression", "linear-regression", FEATURES, [FEATURE_COLUMN, VALUE], 16, SGD,
         lambda: nn.Linear(20, 1), features, squared),
    case("logistic-regression", "logistic-regression", FEATURES, [FEATURE_COLUMN, label(2, "float32")], 16, ADAMW,
         lambda: nn.Linear(20, 1), features, answer),
    case("softmax-regression", "logistic-regression", dict(FEATURES, classes="4"), [FEATURE_COLUMN, label(4)], 16,
         ADAMW, lambda: nn.Linear(20, 4), features, classes),
    case("mlp", "mlp", dict(FEATURES, classes="5"), [FEATURE_COLUMN, label(5)], 16, ADAMW,
         lambda: mlp(20, [64, 32], 5, nn.GELU), features, classes,
         {"howdah.model.mlp.hidden": "64,32", "howdah.model.mlp.activation": "gelu"}),
    case("mlp-regression", "mlp", FEATURES, [FEATURE_COLUMN, VALUE], 16, dict(SGD, learning_rate=0.02),
         lambda: mlp(20, [64, 32], 1, nn.Tanh), features, squared,
         {"howdah.model.mlp.hidden": "64,32", "howdah.model.mlp.activation": "tanh"}),
    case("cnn", "cnn", IMAGES, [IMAGE_COLUMN, label(10)], 8, SGD,
         lambda: cnn([16, 32, 32], [2, 1, 2], 3, 10), images, classes,
         {"howdah.model.cnn.widths": "16,32,32", "howdah.model.cnn.strides": "2,1,2"}),
    case("resnet18", "resnet18", IMAGES, [IMAGE_COLUMN, label(10)], 8, dict(SGD, learning_rate=0.00002),
         lambda: ResNet(BasicBlock, [2, 2, 2, 2], "imagenet", 3, 10), images, classes,
         {"howdah.model.resnet.stem": "imagenet"}),
    case("wide-and-deep", "wide-and-deep", CLICKS, CLICK_COLUMNS, 16, sparse("wide.weight", "emb.weight"),
         lambda: WideAndDeep(6, 180, 13, 8, [32, 32]), clicks, answer,
         {"howdah.model.ctr.width": "8", "howdah.model.ctr.hidden": "32,32"}),
    case("deepfm", "deepfm", CLICKS, CLICK_COLUMNS, 16, sparse("emb.weight", "lin.weight"),
         lambda: DeepFM(6, 180, 13, 8, [32, 32]), clicks, answer,
         {"howdah.model.ctr.width": "8", "howdah.model.ctr.hidden": "32,32"}),
    case("dlrm", "dlrm", dict(CLICKS, **{"ids.per.field": "2"}),
         [CLICK_COLUMNS[0], ids(12, 15), CLICK_COLUMNS[2]], 16, sparse("emb.weight"),
         lambda: DLRM(6, 180, 13, 8, [32], [32, 16]), clicks, answer,
         {"howdah.model.ctr.width": "8", "howdah.model.dlrm.bottom": "32", "howdah.model.dlrm.top": "32,16"}),
]

# Six images: of two, the last maps behind the larger stem have two values per channel, whose moments float32 cannot hold.
FORWARD = [
    case(f"{name}-{stem}-forward", name, IMAGES, [IMAGE_COLUMN, label(10)], 6, SGD,
         lambda block=block, blocks=blocks, stem=stem: ResNet(block, blocks, stem, 3, 10), images, classes,
         {"howdah.model.resnet.stem": stem})
    for name, block, blocks in (("resnet18", BasicBlock, [2, 2, 2, 2]), ("resnet50", Bottleneck, [3, 4, 6, 3]))
    for stem in ("cifar", "imagenet")
]


def described_state(model):
    """Centre and spread of each tensor: weights keep the size of what flows through, tables are smaller."""
    described = []
    for name, tensor in model.state_dict().items():
        if not tensor.dtype.is_floating_point:
            continue
        centre, spread = 0.0, 0.1
        if tensor.dim() > 1:
            table = name in ("emb.weight", "lin.weight", "wide.weight")
            spread = 0.2 if table else float(numpy.sqrt(3.0 / tensor[0].numel()))
        elif name.endswith("running_var") or name.endswith("weight"):
            # Small residuals, without which fifty steps blow up the last bit of a float32.
            centre = 0.2 if name.startswith("layer") and name.endswith(last_norm(model) + ".weight") else 1.0
        described.append({"name": name, "shape": list(tensor.shape), "centre": centre, "spread": spread})
    return described


def last_norm(model):
    return "bn3" if any(isinstance(part, Bottleneck) for part in model.modules()) else "bn2"


def load(model, described):
    state = model.state_dict()
    for t, entry in enumerate(described):
        values = entry["centre"] + entry["spread"] * (2 * uniform(t, int(numpy.prod(entry["shape"]))) - 1)
        state[entry["name"]] = torch.from_numpy(values.astype(numpy.float32)).reshape(entry["shape"])
    model.load_state_dict(state)


def column(c, described, examples):
    shape = [examples] + described["shape"]
    u = uniform(COLUMN_SEEDS + c, int(numpy.prod(shape))).reshape(shape)
    if "bound" not in described:
        return torch.from_numpy((2 * u - 1).astype(numpy.float32))
    numbers = numpy.floor(u * described["bound"])
    if "per_field" in described:
        numbers += described["per_field"] * numpy.arange(shape[-1])
    return torch.from_numpy(numbers).to(getattr(torch, described["dtype"]))


def optimisers(model, settings):
    rate, tables = settings["learning_rate"], settings.get("sparse", [])
    dense = [tensor for name, tensor in model.named_parameters() if name not in tables]
    if settings["name"] == "sgd":
        return [torch.optim.SGD(dense, rate, settings["momentum"], weight_decay=settings["weight_decay"])]
    result = [torch.optim.AdamW(dense, rate, weight_decay=settings["weight_decay"])]
    if tables:
        result.append(torch.optim.SparseAdam([model.get_parameter(name) for name in tables], rate))
    return result


def curve(spec, state, data, dtype=torch.float32, low=False):
    model = spec["make"]()
    load(model, state)
    model.to(dtype).train()
    steps = optimisers(model, spec["optimiser"])
    losses = []
    for step in range(STEPS):
        first = step % BATCHES * spec["batch"]
        batch = {name: values[first:first + spec["batch"]] for name, values in data.items()}
        for optimiser in steps:
            optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            scores = spec["run"](model, batch)
        loss = spec["loss"](scores if dtype == torch.float64 else scores.float(), batch["label"])
        loss.backward()
        for optimiser in steps:
            optimiser.step()
        losses.append(loss.item())
    return losses


def written(spec, forward):
    state = described_state(spec["make"]())
    data = {entry["name"]: column(c, entry, spec["batch"] * BATCHES) for c, entry in enumerate(spec["columns"])}
    result = {key: value for key, value in spec.items() if key not in ("make", "run", "loss")}
    result.update(state=state, batches=BATCHES)
    if forward:
        model = spec["make"]()
        load(model, state)
        model.double()
        batch = {name: values[:spec["batch"]] for name, values in data.items()}
        with torch.no_grad():
            result["scores"] = {"train": spec["run"](model.train(), batch).flatten().tolist(),
                                "eval": spec["run"](model.eval(), batch).flatten().tolist()}
        print(spec["name"], result["scores"]["eval"][:3])
        return result
    result.update(fp32=curve(spec, state, data), bf16=curve(spec, state, data, low=True),
                  float64=curve(spec, state, data, dtype=torch.float64)[-1])
    last = result["fp32"][-1]
    print(spec["name"], "first", result["fp32"][0], "last", last, "float64", abs(result["float64"] / last - 1), "bf16",
          max(abs(b / a - 1) for a, b in zip(result["fp32"], result["bf16"])))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--only", default="", help="cases whose names begin so, and nothing is written")
    arguments = parser.parse_args()
    chosen = [(spec, spec in FORWARD) for spec in CASES + FORWARD if spec["name"].startswith(arguments.only)]
    lines = [json.dumps(written(spec, forward)) for spec, forward in chosen]
    if arguments.only:
        return
    os.makedirs(arguments.folder, exist_ok=True)
    path = os.path.join(arguments.folder, "cases.jsonl.gz")
    with open(path, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(("\n".join(lines) + "\n").encode())
    print(os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
