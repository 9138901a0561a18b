#!/usr/bin/env python3
"""Tables from the operation definitions (`llvm-tblgen --dump-json` of MgeOps.td).

    mgec_tblgen.py MgeOps.json OUTDIR

writes to OUTDIR
    ImportTable.inc      MegEngine operator name -> operation, its parameter tables and attribute readers
    ReferenceTable.inc   operation -> reference function and the code that fills its parameter struct
    kernels/params.hpp   the parameter structs themselves, shared by the compiler and by generated code
    ops.md               the op reference (docs/generated/ops.md is a copy, checked by a test)
"""
import json
import os
import re
import sys


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


class Definitions:
    def __init__(self, path):
        self.records = json.load(open(path))

    def ops(self):
        names = [n for n in self.records["!instanceof"]["Mge_Op"] if "mgeNames" in self.records[n]]
        return sorted((self.records[n] for n in names), key=lambda r: r["opName"])

    def attributes(self, op):
        """(name, kind, enum record) of each attribute argument, in order of declaration."""
        for value, name in op["arguments"]["args"]:
            record = self.records[value["def"]]
            base = record
            while base.get("baseAttr"):
                base = self.records[base["baseAttr"]["def"]]
            classes = base["!superclasses"]
            if "Attr" not in classes:
                continue
            optional = bool(record.get("isOptional"))
            yield name, self.kind(base), base, optional

    def kind(self, record):
        classes = record["!superclasses"]
        if "EnumAttr" in classes:
            return "enum"
        name = record["!name"]
        return {"I64Attr": "int", "F32Attr": "float", "F64Attr": "double", "BoolAttr": "bool",
                "DenseI64ArrayAttr": "array", "TypeAttr": "type"}.get(name, name)

    def enum(self, record):
        return self.records[record["enum"]["def"]]


C_TYPES = {"int": "int32_t", "enum": "int32_t", "bool": "int32_t", "float": "float", "double": "double", "array": "IntArray"}
HEADER = "// Generated from the operation definitions by compiler/tblgen/mgec_tblgen.py. Do not edit.\n"


def import_table(defs):
    out = [HEADER]
    for op in defs.ops():
        fields = []
        for name, kind, record, _ in defs.attributes(op):
            if kind == "enum":
                cls = defs.enum(record)["className"]
                fields.append('    {"%s", [](const ParamValue &v, MLIRContext *c) -> Attribute { return v.enumeration<%s, %sAttr>(c); }},'
                              % (name, cls, cls))
            elif kind in ("int", "float", "double", "bool"):
                fields.append('    {"%s", [](const ParamValue &v, MLIRContext *c) -> Attribute { return v.%s(c); }},' % (name, {
                    "int": "integer", "float": "float32", "double": "float64", "bool": "boolean"}[kind]))
        for mge in op["mgeNames"]:
            out.append('{"%s", "mge.%s", {%s}, {\n%s\n}},' % (
                mge, op["opName"], ", ".join('"%s"' % p for p in op["mgeParams"]), "\n".join(fields)))
    return "\n".join(out) + "\n"


def params_header(defs):
    out = [HEADER + "// Parameter structs of the reference functions: the attributes of each operation under their own names; enums hold\n"
           "// the file format's values.", "#pragma once", '#include "prelude.hpp"', "", "MGEC_KERNELS_BEGIN", "",
           "/// A short list of integers.", "struct IntArray {", "    int64_t size;", "    int64_t v[8];", "};", ""]
    for op in defs.ops():
        out.append("struct %sParams {" % op["opName"])
        for name, kind, _, _ in defs.attributes(op):
            if kind in C_TYPES:
                out.append("    %s %s;" % (C_TYPES[kind], name))
        out.append("};")
    out += ["", "MGEC_KERNELS_END", ""]
    return "\n".join(out)


def reference_table(defs):
    """One row an operation: the code that reads its attributes into the struct, and prints the struct as C++."""
    out = [HEADER]
    for op in defs.ops():
        if op["opName"] == "get_var_shape":
            continue   # folded when shapes are inferred
        cls, fills, prints = op["!name"][len("Mge_"):], [], []
        for name, kind, _, optional in defs.attributes(op):
            getter = "op.get%s()" % "".join(part.capitalize() for part in name.split("_"))
            if kind == "enum":
                fills.append("p.%s = static_cast<int32_t>(%s);" % (name, getter))
            elif kind in ("int", "bool"):
                fills.append("p.%s = static_cast<int32_t>(%s);" % (name, getter))
            elif kind == "float":
                fills.append("p.%s = %s.convertToFloat();" % (name, getter))
            elif kind == "double":
                fills.append("p.%s = %s.convertToDouble();" % (name, getter))
            elif kind == "array":
                fills.append("if (%s) fillArray(p.%s, *%s);" % (getter, name, getter) if optional else "fillArray(p.%s, %s);" % (name, getter))
            else:
                continue
            prints.append("init.add(p.%s);" % name)
        out.append('MGEC_REFERENCE(%s, %s, "%s", { (void)op; %s }, { %s })' % (
            cls, op["opName"], op["kernelFolder"], " ".join(fills), " ".join(prints)))
    return "\n".join(out) + "\n"


def op_docs(defs):
    out = ["# Operations of the mge dialect", "",
           "Generated from the definitions in `compiler/dialect/ops`; a test keeps this copy current.", "",
           "| operation | MegEngine operators | what it is |", "| --- | --- | --- |"]
    for op in defs.ops():
        out.append("| `mge.%s` | %s | %s |" % (op["opName"], ", ".join(op["mgeNames"]) or "-", op["summary"]))
    for op in defs.ops():
        out += ["", "## mge.%s" % op["opName"], "", op["summary"].capitalize() + "."]
        text = re.sub(r"\n[ \t]+", "\n", op.get("description") or "").strip()
        if text:
            out += ["", text]
        rows = [(n, k, defs.enum(r)["className"] if k == "enum" else "") for n, k, r, _ in defs.attributes(op)]
        if rows:
            out += ["", "| attribute | type |", "| --- | --- |"]
            out += ["| `%s` | %s |" % (n, cls or k) for n, k, cls in rows]
    return "\n".join(out) + "\n"


def main():
    defs, out = Definitions(sys.argv[1]), sys.argv[2]
    os.makedirs(os.path.join(out, "kernels"), exist_ok=True)
    for path, text in [("ImportTable.inc", import_table(defs)), ("ReferenceTable.inc", reference_table(defs)),
                       ("kernels/params.hpp", params_header(defs)), ("ops.md", op_docs(defs))]:
        with open(os.path.join(out, path), "w") as f:
            f.write(text)


if __name__ == "__main__":
    main()
