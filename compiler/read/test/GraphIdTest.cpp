//===- GraphIdTest.cpp - the ids of operators and variables in MegEngine's graph --------------------------------===//
//
// Every model of tests/data that MegEngine loads, against the ids that it gave (tests/support/make_graph_ids.py).
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Operators.h"
#include "compiler/read/test/TestFiles.h"

#include <fstream>
#include <map>
#include <sstream>

using namespace mgec::read;

namespace {

TEST(GraphId, AsMegEngineNumbers) {
  std::ifstream list(dataPath("read/graph_ids.txt"));
  ASSERT_TRUE(list);
  size_t models = 0, operators = 0;
  std::string path, line;
  while (std::getline(list, path)) {
    SCOPED_TRACE(path);
    Model model = readModelFile(dataPath(path));
    std::map<uint32_t, const Operator *> byId;
    for (const Operator &op : model.operators)
      byId[op.graphId] = &op;
    ++models;
    while (std::getline(list, line) && !line.empty()) {
      std::istringstream words(line);
      uint32_t id = 0, variable = 0;
      std::string type;
      words >> id >> type;
      auto found = byId.find(id);
      ASSERT_NE(found, byId.end()) << line;
      const Operator &op = *found->second;
      EXPECT_EQ(graphTypeName(op.type), type) << line;
      std::vector<uint32_t> expected, actual;
      while (words >> variable)
        expected.push_back(variable);
      for (uint32_t output : op.outputs)
        actual.push_back(model.variables[output].graphId);
      EXPECT_EQ(actual, expected) << line;
      ++operators;
    }
  }
  EXPECT_GT(models, 100u);
  EXPECT_GT(operators, 2000u);
}

} // namespace
