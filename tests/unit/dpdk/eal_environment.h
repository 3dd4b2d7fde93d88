// One EAL for a whole test program: started before its first test, without huge pages, so that any machine can.
#pragma once

#include "dataplane/dpdk/eal.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace aaigw::dpdk {

class EalEnvironment final : public testing::Environment {
  public:
    void SetUp() override;
    void TearDown() override { eal_.reset(); }

    /// What DPDK has logged since the last call.
    [[nodiscard]] static std::vector<std::string> take_log();

  private:
    std::optional<Eal> eal_;
};

} // namespace aaigw::dpdk
