//===- Params.cpp - parameter tables by field name --------------------------------------------------------------===//
//
// The schema's reflection is turned once into a layout per table: its fields in order, each with its place, its kind
// and its default. Decoding a table is then a walk over that list.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Params.h"

#include "v2_bfbs_generated.h"
#include "v2_generated.h"

#include <flatbuffers/reflection.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

using namespace mgec::read;
namespace fb = flatbuffers;

namespace {

using reflection::BaseType;

constexpr std::string_view unionName = "mgec.schema.OperatorParam";
constexpr std::string_view dtypeTable = "DType"; // of the namespace mgec.schema; it has a union of its own

struct EnumNames {
  bool flags = false;
  std::vector<std::pair<int64_t, std::string>> names;

  std::string of(int64_t value) const {
    for (const auto &[number, name] : names)
      if (number == value)
        return name;
    if (!flags)
      return fmt::format("unknown:{}", value);
    std::string text;
    for (const auto &[number, name] : names)
      if (value & number) {
        text += text.empty() ? name : ' ' + name;
        value &= ~number;
      }
    if (value)
      text += fmt::format("{}unknown:{}", text.empty() ? "" : " ", value);
    return text;
  }
};

struct Layout;

struct Field {
  std::string name;
  uint16_t offset = 0;               // into the vtable of a table, into the bytes of a struct
  BaseType type = BaseType::None;    // a scalar, Vector, Array or Obj (a struct)
  BaseType element = BaseType::None; // of a vector or array
  size_t elementSize = 0;            // bytes of an element
  size_t length = 0;                 // of an array
  const EnumNames *names = nullptr;
  const Layout *layout = nullptr; // of a struct, or of a vector's structs
  Param::Value byDefault;
};

struct Layout {
  std::string name;
  bool isStruct = false;
  std::vector<Field> fields;
};

class Layouts {
public:
  Layouts();
  static const Layouts &get() {
    static const Layouts layouts;
    return layouts;
  }

  const Layout *ofTag(uint8_t tag) const { return byTag[tag]; }
  std::vector<uint8_t> tags;

private:
  const Layout *layoutOf(int index);
  const EnumNames *namesOf(int index);
  Field fieldOf(const reflection::Field &field);

  std::vector<uint64_t> bytes; // the schema, where it is aligned
  const reflection::Schema *schema = nullptr;
  std::unordered_map<int, std::unique_ptr<Layout>> layouts;
  std::unordered_map<int, std::unique_ptr<EnumNames>> enums;
  std::array<const Layout *, 256> byTag{};
};

Param::Value scalar(BaseType type, const EnumNames *names, const uint8_t *at) {
  int64_t number = 0;
  switch (type) {
  case BaseType::Bool:
    return fb::ReadScalar<uint8_t>(at) != 0;
  case BaseType::Byte:
    number = fb::ReadScalar<int8_t>(at);
    break;
  case BaseType::UByte:
    number = fb::ReadScalar<uint8_t>(at);
    break;
  case BaseType::Short:
    number = fb::ReadScalar<int16_t>(at);
    break;
  case BaseType::UShort:
    number = fb::ReadScalar<uint16_t>(at);
    break;
  case BaseType::Int:
    number = fb::ReadScalar<int32_t>(at);
    break;
  case BaseType::UInt:
    number = fb::ReadScalar<uint32_t>(at);
    break;
  case BaseType::Long:
    number = fb::ReadScalar<int64_t>(at);
    break;
  case BaseType::ULong:
    return fb::ReadScalar<uint64_t>(at);
  case BaseType::Float:
    return static_cast<double>(fb::ReadScalar<float>(at));
  case BaseType::Double:
    return fb::ReadScalar<double>(at);
  default:
    throw std::logic_error("parameter schema: not a scalar");
  }
  if (names)
    return names->of(number);
  return number;
}

Param::Record record(const Layout &layout, const uint8_t *at) {
  Param::Record result;
  for (const Field &field : layout.fields) {
    const uint8_t *place = at + field.offset;
    if (field.type == BaseType::Array) {
      std::vector<int64_t> values;
      for (size_t i = 0; i != field.length; ++i)
        values.push_back(std::get<int64_t>(scalar(field.element, nullptr, place + i * field.elementSize)));
      result.fields.emplace_back(field.name, std::move(values));
    } else {
      result.fields.emplace_back(field.name, scalar(field.type, field.names, place));
    }
  }
  return result;
}

const fb::VectorOfAny *vectorAt(const uint8_t *at) {
  return reinterpret_cast<const fb::VectorOfAny *>(at + fb::ReadScalar<fb::uoffset_t>(at));
}

// `at` is where the table holds the field.
Param::Value valueOf(const Field &field, const uint8_t *at) {
  if (field.type == BaseType::Obj)
    return std::vector<Param::Record>{record(*field.layout, at)};
  if (field.type != BaseType::Vector)
    return scalar(field.type, field.names, at);
  const fb::VectorOfAny *vector = vectorAt(at);
  const uint8_t *data = vector->Data();
  if (field.layout) {
    std::vector<Param::Record> records;
    records.reserve(vector->size());
    for (size_t i = 0; i != vector->size(); ++i)
      records.push_back(record(*field.layout, data + i * field.elementSize));
    return records;
  }
  std::vector<int64_t> values;
  values.reserve(vector->size());
  for (size_t i = 0; i != vector->size(); ++i)
    values.push_back(std::get<int64_t>(scalar(field.element, nullptr, data + i * field.elementSize)));
  return values;
}

Layouts::Layouts() {
  using Embedded = mgec::schema::v2::ModelBinarySchema;
  bytes.resize((Embedded::size() + 7) / 8);
  std::copy_n(Embedded::data(), Embedded::size(), reinterpret_cast<uint8_t *>(bytes.data()));
  schema = reflection::GetSchema(bytes.data());
  for (const reflection::Enum *candidate : *schema->enums()) {
    if (candidate->name()->string_view() != unionName)
      continue;
    for (const reflection::EnumVal *member : *candidate->values()) {
      if (member->value() <= 0 || member->value() > 255)
        continue;
      tags.push_back(static_cast<uint8_t>(member->value()));
      byTag[tags.back()] = layoutOf(member->union_type()->index());
    }
  }
  if (tags.empty())
    throw std::logic_error("parameter schema: no parameter tables");
}

const Layout *Layouts::layoutOf(int index) {
  std::unique_ptr<Layout> &slot = layouts[index];
  if (slot)
    return slot.get();
  auto layout = std::make_unique<Layout>();
  const reflection::Object *object = schema->objects()->Get(index);
  std::string_view full = object->name()->string_view();
  layout->name = full.substr(full.rfind('.') + 1);
  // Two tables are called DType. The one that operators use is the element type with its quantisation.
  if (layout->name == dtypeTable && full != "mgec.schema.DType")
    layout->name = "param.DType";
  layout->isStruct = object->is_struct();
  if (full != "mgec.schema.DType") {
    std::vector<const reflection::Field *> fields(object->fields()->begin(), object->fields()->end());
    std::sort(fields.begin(), fields.end(), [](const auto *a, const auto *b) { return a->offset() < b->offset(); });
    for (const reflection::Field *field : fields)
      layout->fields.push_back(fieldOf(*field));
  }
  slot = std::move(layout);
  return slot.get();
}

const EnumNames *Layouts::namesOf(int index) {
  std::unique_ptr<EnumNames> &slot = enums[index];
  if (!slot) {
    slot = std::make_unique<EnumNames>();
    const reflection::Enum *source = schema->enums()->Get(index);
    slot->flags = source->attributes() && source->attributes()->LookupByKey("bit_flags");
    for (const reflection::EnumVal *value : *source->values())
      slot->names.emplace_back(value->value(), value->name()->str());
  }
  return slot.get();
}

Field Layouts::fieldOf(const reflection::Field &source) {
  Field field;
  const reflection::Type &type = *source.type();
  field.name = source.name()->str();
  field.offset = source.offset();
  field.type = type.base_type();
  field.element = type.element();
  if (field.type == BaseType::Obj || field.element == BaseType::Obj) {
    field.layout = layoutOf(type.index());
    if (!field.layout->isStruct)
      throw std::logic_error("parameter schema: " + field.name + " is a table");
    field.elementSize = schema->objects()->Get(type.index())->bytesize();
    field.byDefault = std::vector<Param::Record>();
  } else if (field.type == BaseType::Vector || field.type == BaseType::Array) {
    field.elementSize = fb::GetTypeSize(field.element);
    field.length = type.fixed_length();
    field.byDefault = std::vector<int64_t>();
  } else {
    if (type.index() >= 0)
      field.names = namesOf(type.index());
    bool allOnes = source.attributes() && source.attributes()->LookupByKey("all_ones");
    if (field.type == BaseType::Bool)
      field.byDefault = source.default_integer() != 0;
    else if (field.type == BaseType::Float)
      field.byDefault = static_cast<double>(static_cast<float>(source.default_real()));
    else if (field.type == BaseType::Double)
      field.byDefault = source.default_real();
    else if (field.names)
      field.byDefault = field.names->of(source.default_integer());
    else if (field.type == BaseType::ULong)
      field.byDefault = allOnes ? ~uint64_t(0) : static_cast<uint64_t>(source.default_integer());
    else
      field.byDefault = source.default_integer();
  }
  return field;
}

} // namespace

Param mgec::read::decodeParam(uint8_t tag, const fb::Table *table) {
  Param param;
  if (tag == 0)
    return param;
  const Layout *layout = Layouts::get().ofTag(tag);
  if (!layout) {
    param.table = fmt::format("unknown:{}", tag);
    return param;
  }
  param.table = layout->name;
  if (layout->name == dtypeTable)
    param.dtype = table ? decodeDType(*reinterpret_cast<const schema::DType *>(table)) : DTypeDesc();
  param.fields.reserve(layout->fields.size());
  for (const Field &field : layout->fields) {
    const uint8_t *at = table ? table->GetAddressOf(field.offset) : nullptr;
    param.fields.emplace_back(field.name, at ? valueOf(field, at) : field.byDefault);
  }
  return param;
}

uint8_t mgec::read::paramTag(std::string_view table) {
  const Layouts &layouts = Layouts::get();
  for (uint8_t tag : layouts.tags)
    if (layouts.ofTag(tag)->name == table)
      return tag;
  return 0;
}

size_t mgec::read::paramCost(uint8_t tag, const fb::Table *table) {
  const Layout *layout = Layouts::get().ofTag(tag);
  if (!layout)
    return 1;
  size_t cost = 1 + layout->fields.size();
  for (const Field &field : layout->fields)
    if (field.type == BaseType::Vector && table)
      if (const uint8_t *at = table->GetAddressOf(field.offset))
        cost += vectorAt(at)->size() * (field.layout ? field.layout->fields.size() : 1);
  return cost;
}

std::span<const uint8_t> mgec::read::paramTags() { return Layouts::get().tags; }

std::optional<DTypeDesc> mgec::read::decodeDType(const schema::DType &dtype) {
  DTypeDesc desc;
  auto id = static_cast<uint8_t>(dtype.type());
  if (id > static_cast<uint8_t>(DType::Complex64))
    return std::nullopt;
  desc.type = static_cast<DType>(id);
  const auto *param = dtype.param_as_LinearQuantizationParam();
  if (isQuantized(desc.type)) {
    if (!param)
      return std::nullopt;
    desc.scale = param->scale();
    if (desc.type == DType::Quantized8Asymm || desc.type == DType::Quantized4Asymm)
      desc.zeroPoint = param->zero_point();
  }
  return desc;
}
