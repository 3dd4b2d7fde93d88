// Result<T>: a value or an Error that says what went wrong, where, and what to do.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace aaigw {

/// What kind of failure this is; programs turn it into an exit status. Numbers are stable.
enum class ErrorCode : std::uint8_t {
    invalid_argument = 1,    ///< the caller's input is wrong; nothing was done
    malformed = 2,           ///< bytes that are not what they claim to be
    verification_failed = 3, ///< an ICV, CMAC, HCS or CRC does not match
    unavailable = 4,         ///< this machine or library cannot do it
    self_test_failed = 5,    ///< a primitive gave a wrong answer; it must not be used
    io = 6,                  ///< reading or writing failed
};

/// A failure for people: one line, names the object and never quotes a secret.
struct Error {
    ErrorCode code;
    std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message)
{
    return tl::unexpected<Error>{Error{code, std::move(message)}};
}

} // namespace aaigw

#define AAIGW_CONCAT_INNER(a, b) a##b
#define AAIGW_CONCAT(a, b) AAIGW_CONCAT_INNER(a, b)

/// `TRY(auto x, f());` gives x the value of f(), or returns f()'s error from the enclosing function.
#define TRY(declaration, expression)                                                               \
    AAIGW_TRY_INNER(AAIGW_CONCAT(aaigw_result_, __LINE__), declaration, expression)
#define AAIGW_TRY_INNER(result, declaration, expression)                                           \
    auto result = (expression);                                                                    \
    if (!result)                                                                                   \
        return tl::unexpected(std::move(result).error());                                          \
    declaration = std::move(*result)

/// `TRY_DO(f());` for a Result<void>: goes on when f() succeeded, or returns its error.
#define TRY_DO(expression)                                                                         \
    do {                                                                                           \
        if (auto aaigw_result = (expression); !aaigw_result)                                       \
            return tl::unexpected(std::move(aaigw_result).error());                                \
    } while (false)
