// SPDX-License-Identifier: Apache-2.0
// A visitor for std::visit put together from lambdas, one per alternative. An alternative that no
// lambda takes does not compile, which is why code that treats every op or kernel is written with
// it and not as a chain of std::get_if.
#pragma once

namespace dfe {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;  // clang 14 does not deduce aggregates

}  // namespace dfe
