// Output: what a command prints, one JSON object or text, and the writing of it to a file descriptor.
#pragma once

#include "common/bytes.h"
#include "common/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace aaigw::ctl {

/// Fields in the order in which they are added; wiped at its end, for most of them are keys.
class Output {
  public:
    Output() = default;
    Output(Output&&) noexcept = default;
    Output& operator=(Output&&) = delete;
    ~Output();

    /// A byte string, as lower-case hex.
    Output& hex(std::string_view key, Bytes value);
    Output& number(std::string_view key, std::uint64_t value);

    /// Instead of an object.
    void text(std::string text) { text_ = std::move(text); }

    /// It is printed all the same, and the program ends as after an error of that kind.
    void ends_with(ErrorCode code) noexcept { end_ = code; }
    [[nodiscard]] std::optional<ErrorCode> end() const noexcept { return end_; }

    /// The object over several lines, with a newline at its end. The caller wipes it.
    [[nodiscard]] std::string json() const;
    /// The text, if there is one, or else the object. The caller wipes it.
    [[nodiscard]] std::string printed() const { return text_.empty() ? json() : text_; }

  private:
    std::vector<std::pair<std::string, std::variant<std::string, std::uint64_t>>> fields_;
    std::string text_;
    std::optional<ErrorCode> end_;
};

/// Writes all of `text`. Error `io` when the descriptor takes less, for example because a pipe was closed.
[[nodiscard]] Result<void> write_all(int fd, std::string_view text);

} // namespace aaigw::ctl
