// JSON text of a command's result.
#include "control/ctl/output.h"

#include "common/hex.h"
#include "crypto/secret.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace aaigw::ctl {

namespace {

void wipe_text(std::string& text) noexcept
{
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

} // namespace

Output::~Output()
{
    for (auto& [key, value] : fields_) {
        if (auto* text = std::get_if<std::string>(&value))
            wipe_text(*text);
    }
}

Output& Output::hex(std::string_view key, Bytes value)
{
    fields_.emplace_back(key, to_hex(value));
    return *this;
}

Output& Output::number(std::string_view key, std::uint64_t value)
{
    fields_.emplace_back(key, value);
    return *this;
}

std::string Output::json() const
{
    constexpr int kIndent = 2;
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const auto& [key, value] : fields_)
        std::visit([&, &name = key](const auto& held) { object[name] = held; }, value);
    std::string text = object.dump(kIndent) + '\n';
    for (auto& member : object) {
        if (member.is_string())
            wipe_text(member.get_ref<std::string&>());
    }
    return text;
}

Result<void> write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(ErrorCode::io,
                        fmt::format("cannot write the result: {}", ::strerrordesc_np(errno)));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace aaigw::ctl
