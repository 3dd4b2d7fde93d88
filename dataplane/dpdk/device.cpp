#include "dataplane/dpdk/device.h"

#include <algorithm>

namespace aaigw::dpdk {

namespace {

/// Whether `text` is written like `form`, in which each x stands for a hexadecimal digit.
bool has_form(std::string_view text, std::string_view form) noexcept
{
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    return std::equal(text.begin(), text.end(), form.begin(), form.end(), [&](char c, char f) {
        return f == 'x' ? kDigits.find(c) != std::string_view::npos : c == f;
    });
}

constexpr std::string_view kShortForm = "xx:xx.x";

} // namespace

bool is_pci_address(std::string_view device) noexcept
{
    const std::string_view name = device_name(device);
    return has_form(name, kShortForm) || has_form(name, "xxxx:xx:xx.x");
}

std::string full_pci_address(std::string_view address)
{
    const std::string_view name = device_name(address);
    std::string full{has_form(name, kShortForm) ? "0000:" : ""};
    full += name;
    std::transform(full.begin(), full.end(), full.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return full;
}

std::string_view device_name(std::string_view device) noexcept
{
    return device.substr(0, device.find(','));
}

std::optional<std::string_view> device_argument(std::string_view device,
                                                std::string_view key) noexcept
{
    for (std::size_t comma = device.find(','); comma != std::string_view::npos;
         comma = device.find(',')) {
        device.remove_prefix(comma + 1);
        const std::string_view argument = device.substr(0, device.find(','));
        if (argument.starts_with(key) && argument.substr(key.size()).starts_with('='))
            return argument.substr(key.size() + 1);
    }
    return std::nullopt;
}

} // namespace aaigw::dpdk
