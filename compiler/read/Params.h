//===- Params.h - parameter tables by field name ----------------------------------------------------------------===//
//
// Turns any table of the union `OperatorParam` into a `Param`, guided by the schema itself (its reflection is compiled
// in), so that a new table needs an entry in params.fbs and nothing else. Tables must have passed the verifier.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Model.h"

#include <flatbuffers/flatbuffers.h>

#include <span>
#include <string_view>

namespace mgec::schema {
struct DType;
}

namespace mgec::read {

/// Decodes the table that the union tag `tag` says `table` is; a null table gives every field its default. Tag 0 gives
/// an empty Param, a tag that the schema does not know one whose table is "unknown:<tag>".
Param decodeParam(uint8_t tag, const flatbuffers::Table *table);

/// The tag of the table of that name; 0 if there is none.
uint8_t paramTag(std::string_view table);

/// Number of elements that decoding this table will produce, to be paid for before it is decoded.
size_t paramCost(uint8_t tag, const flatbuffers::Table *table);

/// Tags of all tables.
std::span<const uint8_t> paramTags();

/// An element type. Ids that the format does not define and quantised types without a scale give no value.
std::optional<DTypeDesc> decodeDType(const schema::DType &dtype);

} // namespace mgec::read
