#include "control/runtime/key_file.h"

#include "common/hex.h"
#include "control/runtime/unique_fd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

namespace aaigw::runtime {

namespace {

/// Digits of a key, and room for white space around them.
constexpr std::size_t kMaxBytes = 256;

std::string system_text(int error)
{
    return std::generic_category().message(error);
}

tl::unexpected<Error> refuse(const std::string& path, const std::string& what)
{
    return fail(ErrorCode::invalid_argument, fmt::format("key file {}: {}", path, what));
}

Result<void> check_access(const std::string& path, int fd, KeyFileRule rule)
{
    struct ::stat about {};
    if (::fstat(fd, &about) != 0)
        return refuse(path, system_text(errno));
    if (!S_ISREG(about.st_mode))
        return refuse(path, "it is not a file");
    if (rule == KeyFileRule::owner_only && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return refuse(path, "group or others have access to it; chmod 600 takes it away");
    return {};
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

} // namespace

Result<crypto::Secret<crypto::kAesKeyBytes>> read_key(const std::string& path, KeyFileRule rule)
{
    // Not to wait for the writer of a FIFO.
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (!file.is_open())
        return refuse(path, system_text(errno));
    TRY_DO(check_access(path, file.get(), rule));

    auto text = crypto::Secret<kMaxBytes>::to_be_written();
    const auto room = text.expose_for_write();
    std::size_t size = 0;
    while (size < room.size()) {
        const ssize_t got = ::read(file.get(), room.data() + size, room.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse(path, system_text(errno));
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    const std::string_view digits = trimmed({reinterpret_cast<const char*>(room.data()), size});
    auto bytes = digits.size() == 2 * crypto::kAesKeyBytes ? from_hex(digits) : std::nullopt;
    if (!bytes || bytes->size() != crypto::kAesKeyBytes)
        return refuse(path, fmt::format("expected {} hex digits", 2 * crypto::kAesKeyBytes));
    auto key = crypto::Secret<crypto::kAesKeyBytes>::copy_of(
        std::span<const std::uint8_t, crypto::kAesKeyBytes>{*bytes});
    crypto::wipe(*bytes);
    return key;
}

} // namespace aaigw::runtime
