// Where the text of an argument comes from: the command line itself, a file, or standard input.
#pragma once

#include "common/result.h"
#include "control/ctl/secret_buffer.h"

#include <string>
#include <string_view>

namespace aaigw::ctl {

/// More than any value needs; stops the reading of a wrong file before it fills the memory.
inline constexpr std::size_t kMaxFileBytes = 65536;

/// Reads arguments. Everything on a command line can be seen by other users of the machine, so any value may be
/// given as `@FILE` or as `-` (standard input, for one value only) instead.
class TextSource {
  public:
    /// `standard_input` stays open and is the caller's.
    explicit TextSource(int standard_input) noexcept : standard_input_{standard_input} {}

    /// The text that `argument` stands for; white space around the content of a file is dropped.
    /// Errors (invalid_argument) begin with `name` and quote neither the argument nor the content.
    [[nodiscard]] Result<SecretBuffer> read(std::string_view name, std::string_view argument);

    /// The content of the file at `path`, or of standard input when that is `-`: every byte of it, at most `most`.
    /// Errors as of read().
    [[nodiscard]] Result<SecretBuffer> read_file(std::string_view name, const std::string& path,
                                                 std::size_t most);

  private:
    [[nodiscard]] Result<SecretBuffer> read_standard_input(std::string_view name, std::size_t most);

    int standard_input_;
    std::string standard_input_user_; ///< the option that has read standard input; empty: none yet
};

} // namespace aaigw::ctl
