// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn_network.hpp"

namespace hbm_sim_test {

std::string AddNetwork::xml() const {
  std::string dimensions;
  std::string list;
  for (const int size : shape) {
    dimensions += "<dim>" + std::to_string(size) + "</dim>";
    list += (list.empty() ? "" : ",") + (size < 0 ? std::string("?") : std::to_string(size));
  }
  const auto port = [&](int id, const std::string& inner) {
    return "<port id=\"" + std::to_string(id) + "\" precision=\"" + precision + "\">" + inner + "</port>";
  };
  const std::string constant_dimension = "<dim>" + std::to_string(elements) + "</dim>";
  const auto layer = [](int id, const std::string& name, const std::string& type, const std::string& body) {
    return "<layer id=\"" + std::to_string(id) + "\" name=\"" + name + "\" type=\"" + type + "\" version=\"opset1\">" +
           body + "</layer>";
  };
  return R"(<?xml version="1.0"?><net name="add" version="11"><layers>)" +
         layer(0, "x", "Parameter",
               "<data shape=\"" + list + "\" element_type=\"" + element_type + "\"/><output>" + port(0, dimensions) +
                   "</output>") +
         layer(1, "constant", "Const",
               "<data element_type=\"" + element_type + "\" shape=\"" + std::to_string(elements) +
                   "\" offset=\"0\" size=\"" + std::to_string(constant.size()) + "\"/><output>" +
                   port(0, constant_dimension) + "</output>") +
         layer(2, "sum", "Add",
               "<data auto_broadcast=\"numpy\"/><input>" + port(0, dimensions) + port(1, constant_dimension) +
                   "</input><output>" + port(2, dimensions) + "</output>") +
         layer(3, "y", "Result", "<input>" + port(0, dimensions) + "</input>") +
         R"(</layers><edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>)"
         R"(<edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>)"
         R"(<edge from-layer="2" from-port="2" to-layer="3" to-port="0"/></edges></net>)";
}

std::string make_network_file(const AddNetwork& network, const std::string& tensors) {
  return make_zip({{"manifest.json",
                    R"({"format": "hbm-sim", "version": 1, "models": [{"name": "m", "engine": "openvino",
                        "program": {"xml": "programs/0/network.xml", "bin": "programs/0/network.bin"}, )" +
                        tensors + "}]}",
                    true},
                   {"programs/0/network.xml", network.xml(), true},
                   {"programs/0/network.bin", network.constant}});
}

}  // namespace hbm_sim_test
