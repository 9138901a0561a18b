//===- Bind.cpp - finding the compiled code of a model --------------------------------------------------------===//
//
// Candidates come in tiers: models registered in this program, libraries that are open, libraries on MGEC_MODEL_PATH.
// The first tier that has a build of the model in the wanted precision and shapes decides; a tier with other builds
// only counts when no tier has the wanted one. Among several builds the newest contract wins, then the instruction set
// that gets the most out of this processor; builds that are alike in this are an error, unless they are one and the
// same.
//
//===----------------------------------------------------------------------------------------------------------===//
#include "Cpu.h"
#include "Env.h"
#include "Model.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include <dirent.h>
#include <sys/stat.h>

namespace mgec::core {

namespace {

struct Registered {
  std::mutex mutex;
  std::vector<const mgec_model *> models;
};

// Never destroyed, and made on first use: registration happens in other files' initialisers.
Registered &registered() {
  static Registered *list = new Registered;
  return *list;
}

using Candidates = std::vector<ModelPtr>;

/// Opens the weights of a model that was found, where they are sealed.
#if defined(MGEC_LITE_WITHOUT_CRYPTO)
Status ready(ModelPtr &) { return Status(); } // none is found there
#else
Status ready(ModelPtr &model) {
  if (!(model->abi().flags & MGEC_WEIGHTS_SEALED))
    return Status();
  const auto opened = std::make_shared<Model>(model->abi(), model->artifact());
  MGEC_TRY(opened->unseal());
  model = opened;
  return Status();
}
#endif

Candidates registeredModels(std::string &problems) {
  Candidates result;
  const std::lock_guard<std::mutex> lock(registered().mutex);
  for (const mgec_model *model : registered().models) {
    const Status status = checkModel(*model, "a model registered in this program");
    if (status.ok())
      result.push_back(std::make_shared<Model>(*model, nullptr));
    else
      problems += format("; %s", status.message().c_str());
  }
  return result;
}

void addArtifact(const std::shared_ptr<const Artifact> &artifact, Candidates &out) {
  for (const mgec_model *model : artifact->models())
    out.push_back(std::make_shared<Model>(*model, artifact));
}

/// Libraries that MGEC_MODEL_PATH names or that lie in a folder it names, each folder in order of names.
std::vector<std::string> searchPath() {
  std::vector<std::string> files;
  const char *list = environment("MGEC_MODEL_PATH");
  const auto isLibrary = [](const std::string &name) {
    return name.size() > 3 && std::strcmp(name.c_str() + name.size() - 3, ".so") == 0;
  };
  while (list && *list) {
    const char *end = std::strchr(list, ':');
    const std::string entry = end ? std::string(list, end) : std::string(list);
    list = end ? end + 1 : nullptr;
    if (entry.empty())
      continue;
    struct stat info;
    if (stat(entry.c_str(), &info) != 0)
      continue;
    if (!S_ISDIR(info.st_mode)) {
      files.push_back(entry);
      continue;
    }
    std::vector<std::string> names;
    if (DIR *folder = opendir(entry.c_str())) {
      while (const dirent *item = readdir(folder))
        if (isLibrary(item->d_name))
          names.insert(
              std::find_if(names.begin(), names.end(), [&](const std::string &name) { return name > item->d_name; }),
              item->d_name);
      closedir(folder);
    }
    for (const std::string &name : names)
      files.push_back(format("%s/%s", entry.c_str(), name.c_str()));
  }
  return files;
}

Candidates modelsOnPath(std::string &problems) {
  Candidates result;
  for (const std::string &file : searchPath()) {
    std::shared_ptr<const Artifact> artifact;
    const Status status = Artifact::open(file, artifact);
    if (status.ok())
      addArtifact(artifact, result);
    else if (!std::strstr(status.message().c_str(), "not one that mgec compiled"))
      problems += format("; %s", status.message().c_str());
  }
  return result;
}

bool hasPrecision(const Model &model, const std::string &precision) {
  for (uint32_t v = 0; v < model.variants(); ++v)
    if (precision == model.variant(v).precision)
      return true;
  return false;
}

/// Whether one variant takes every wanted shape. Inputs that the model does not have do not count.
bool hasShapes(const Model &model, const Wanted &wanted) {
  for (uint32_t v = 0; v < model.variants(); ++v) {
    const mgec_variant &variant = model.variant(v);
    bool fits = true;
    for (const auto &[name, shape] : wanted.shapes) {
      const int index = model.findInput(name);
      fits = fits && (index < 0 || fitsAlone(variant.inputs[index], variant, shape));
    }
    if (fits)
      return true;
  }
  return false;
}

/// The highest level of the model's code that this processor runs, -1 when it runs none.
int32_t bestIsa(const Model &model) {
  int32_t limit = MGEC_ISA_NATIVE, best = -1;
  if (!isaLimit(limit).ok())
    limit = MGEC_ISA_NATIVE; // the executor reports it
  for (uint32_t v = 0; v < model.variants(); ++v)
    for (uint32_t i = 0; i < model.variant(v).n_isa; ++i) {
      const mgec_isa_entry &entry = model.variant(v).isa[i];
      if (entry.isa <= limit && entry.isa > best && cpuSupports(entry))
        best = entry.isa;
    }
  return best;
}

bool sameBuild(const Model &a, const Model &b) {
  return &a.abi() == &b.abi() ||
         (a.variants() == b.variants() && a.abi().weights_bytes == b.abi().weights_bytes &&
          std::strcmp(a.abi().compiler, b.abi().compiler) == 0 && std::strcmp(a.abi().manifest, b.abi().manifest) == 0);
}

/// The best build: one in the precision, then one with the shapes, then the newest contract, then the best code for
/// this processor.
Status pickBuild(const std::string &name, const Candidates &list, const Wanted &wanted, ModelPtr &out) {
  const auto rank = [&](const Model &m) {
    return uint64_t{hasPrecision(m, wanted.precision)} << 62 | uint64_t{hasShapes(m, wanted)} << 61 |
           uint64_t{m.abi().abi_version} << 16 | static_cast<uint64_t>(bestIsa(m) + 1);
  };
  uint64_t best = 0;
  out = nullptr;
  for (const ModelPtr &m : list)
    best = std::max(best, rank(*m));
  for (const ModelPtr &m : list) {
    if (rank(*m) != best)
      continue;
    if (!out)
      out = m;
    if (!sameBuild(*m, *out))
      return Status::errorf("%s: two builds of this model are found and nothing tells them apart: %s (%s) and %s (%s); "
                            "remove one, load one by its path, or give the inputs their layouts before loading",
                            name.c_str(), out->origin().c_str(), out->compiledShapes().c_str(), m->origin().c_str(),
                            m->compiledShapes().c_str());
  }
  return ready(out);
}

std::string listing(const Candidates &list) {
  std::string text;
  size_t rows = 0;
  constexpr size_t kMost = 8;
  for (const ModelPtr &model : list) {
    const std::string row = format("%s %s", model->name(), model->fingerprint().hex().c_str());
    if (std::strstr(text.c_str(), row.c_str()) || ++rows > kMost)
      continue;
    if (!text.empty())
      text += ", ";
    text += row;
  }
  if (rows > kMost)
    text += format(" and %zu more", rows - kMost);
  return text;
}

/// A word for the shell.
std::string quoted(const std::string &text) {
  bool plain = true;
  std::string out = "'";
  for (const char c : text) {
    const bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    plain = plain && (letter || (c >= '+' && c <= ':') || std::strchr("_=@%", c));
    c == '\'' ? out += "'\\''" : out.append(&c, 1);
  }
  out += "'";
  return plain ? text : out;
}

/// The command that compiles a model file into a library beside it.
std::string compileCommand(const std::string &path, const Wanted &wanted) {
  std::string library = path.empty() ? "MODEL" : path;
  size_t dot = library.size();
  while (dot && library[dot] != '.' && library[dot] != '/')
    --dot;
  if (dot && library[dot] == '.' && library[dot - 1] != '/')
    library = format("%.*s", static_cast<int>(dot), library.c_str());
  library += ".so";
  return format("mgec compile %s%s%s -o %s%s", quoted(path.empty() ? "MODEL.mge" : path).c_str(),
                wanted.method ? " --decrypt " : "", wanted.method ? wanted.method->c_str() : "",
                quoted(library).c_str(), wanted.shapeFlags().c_str());
}

} // namespace

std::string Wanted::shapeFlags() const {
  std::string text;
  for (const auto &[name, shape] : shapes)
    text += format(" --shape %s", quoted(format("%s=%s", name.c_str(), shape.text().c_str())).c_str());
  return text;
}

static Status takeModel(const std::shared_ptr<const Artifact> &artifact, const std::string &name, ModelPtr &out) {
  std::string names;
  for (const mgec_model *model : artifact->models()) {
    if (name.empty() ? artifact->models().size() == 1 : name == model->name) {
      out = std::make_shared<Model>(*model, artifact);
      return ready(out);
    }
    names += format(names.empty() ? "%s" : ", %s", model->name);
  }
  if (name.empty())
    return Status::errorf("%s holds several models (%s): load the .mge file of the one you mean, with this library on "
                          "MGEC_MODEL_PATH",
                          artifact->path().c_str(), names.c_str());
  return Status::errorf("%s holds no model named %s; it has %s", artifact->path().c_str(), name.c_str(), names.c_str());
}

Status bindLibrary(const std::string &path, const std::string &name, ModelPtr &out) {
  std::shared_ptr<const Artifact> artifact;
  MGEC_TRY(Artifact::open(path, artifact));
  return takeModel(artifact, name, out);
}

Status bindLibrary(const void *data, size_t size, ModelPtr &out) {
  std::shared_ptr<const Artifact> artifact;
  MGEC_TRY(Artifact::openBytes(data, size, "the library in memory", artifact));
  return takeModel(artifact, "", out);
}

Status bindModel(const Fingerprint &fingerprint, const ModelSource &source, const Wanted &wanted, ModelPtr &out) {
  const std::string name = source.name();
  std::string problems;
  Candidates others, fallback;
  for (int tier = 0; tier < 3; ++tier) {
    Candidates list;
    if (tier == 0)
      list = registeredModels(problems);
    else if (tier == 1)
      for (const auto &artifact : Artifact::allOpen())
        addArtifact(artifact, list);
    else
      list = modelsOnPath(problems);
    Candidates matching;
    bool suits = false;
    for (ModelPtr &model : list) {
      if (!(model->fingerprint() == fingerprint)) {
        others.push_back(std::move(model));
        continue;
      }
      suits = suits || (hasPrecision(*model, wanted.precision) && hasShapes(*model, wanted));
      matching.push_back(std::move(model));
    }
    if (suits)
      return pickBuild(name, matching, wanted, out);
    if (fallback.empty())
      fallback = std::move(matching);
  }

  if (wanted.compile) {
    const Status compiled = wanted.compile(source, wanted, out);
    if (compiled.ok())
      return compiled;
    problems += format("; %s", compiled.message().c_str());
  }
  if (!fallback.empty())
    return pickBuild(name, fallback, wanted, out);

  const char *searched = environment("MGEC_MODEL_PATH");
  const std::string known = others.empty() ? "" : listing(others);
  return Status::errorf(
      "%s: no compiled code for this model, fingerprint %s (%s%s; MGEC_MODEL_PATH is %s%s); compile it "
      "with `%s`, then load that library or name its folder in MGEC_MODEL_PATH",
      name.c_str(), fingerprint.hex().c_str(), known.empty() ? "none is known" : "known are ", known.c_str(),
      searched ? searched : "not set", problems.c_str(),
      compileCommand(source.file ? *source.file : source.path, wanted).c_str());
}

Status bindFile(const std::string &path, const Wanted &wanted, ModelPtr &out) {
  if (looksLikeLibrary(path))
    return bindLibrary(path, "", out);
  Fingerprint fingerprint;
  MGEC_TRY(fingerprintFile(path, fingerprint));
  return bindModel(fingerprint, {path}, wanted, out);
}

Status bindBytes(const void *data, size_t size, const Wanted &wanted, ModelPtr &out) {
  if (looksLikeLibrary(data, size))
    return bindLibrary(data, size, out);
  Fingerprint fingerprint;
  const ModelSource source = {"", data, size, wanted.file};
  MGEC_TRY(fingerprintBytes(data, size, source.name(), fingerprint));
  return bindModel(fingerprint, source, wanted, out);
}

} // namespace mgec::core

extern "C" __attribute__((visibility("default"))) void mgec_register_model(const mgec_model *model) {
  using namespace mgec::core;
  if (!model)
    return;
  try {
    Registered &list = registered();
    const std::lock_guard<std::mutex> lock(list.mutex);
    if (std::find(list.models.begin(), list.models.end(), model) == list.models.end())
      list.models.push_back(model);
  } catch (...) {
    // Out of memory before main: the model stays unknown, and loading it says so.
  }
}
