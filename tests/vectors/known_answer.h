// Known answers from the JSON files beside this: one test case a vector and implementation of the primitives.
#pragma once

#include "common/bytes.h"
#include "crypto/provider.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::vectors {

using Json = nlohmann::json;

/// An implementation that every vector is checked on.
struct Engine {
    std::string_view name;
    std::unique_ptr<crypto::Provider> (*make)();

    friend void PrintTo(const Engine& engine, std::ostream* out);
};

[[nodiscard]] const std::vector<Engine>& engines();

struct Case {
    Engine engine;
    Json vector;

    friend void PrintTo(const Case& test_case, std::ostream* out);
};

/// One case for each engine and vector of tests/vectors/FILE, or for those whose `member` is `value`. Throws when
/// there is none: a misspelt name must not pass for a test that ran.
[[nodiscard]] std::vector<Case> cases(std::string_view file, std::string_view member = {},
                                      std::string_view value = {});

/// ENGINE_VECTOR, for reports.
[[nodiscard]] std::string case_name(const testing::TestParamInfo<Case>& info);

/// The public vector files outside this tree, or an empty path when this machine has none.
[[nodiscard]] std::filesystem::path public_vectors();

/// Hex text to bytes; throws when it is not hex.
[[nodiscard]] std::vector<std::uint8_t> unhex(std::string_view text);

template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> unhex_array(std::string_view text)
{
    const std::vector<std::uint8_t> bytes = unhex(text);
    if (bytes.size() != N)
        throw std::runtime_error("wrong length: " + std::string{text});
    std::array<std::uint8_t, N> out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

/// A test whose parameter is one vector and one engine.
class KnownAnswer : public testing::TestWithParam<Case> {
  protected:
    [[nodiscard]] const Json& vector() const { return GetParam().vector; }
    [[nodiscard]] crypto::Provider& provider() { return *provider_; }

    [[nodiscard]] bool has(const char* member) const { return vector().contains(member); }
    [[nodiscard]] std::string text(const char* member) const { return vector().at(member); }
    [[nodiscard]] std::uint64_t number(const char* member) const { return vector().at(member); }
    [[nodiscard]] std::vector<std::uint8_t> bytes(const char* member) const
    {
        return unhex(text(member));
    }
    template <std::size_t N>
    [[nodiscard]] std::array<std::uint8_t, N> array(const char* member) const
    {
        return unhex_array<N>(text(member));
    }

  private:
    std::unique_ptr<crypto::Provider> provider_ = GetParam().engine.make();
};

} // namespace aaigw::vectors
