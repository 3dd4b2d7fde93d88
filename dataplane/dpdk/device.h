// What a device string says: a PCI address, or the name and arguments of one of DPDK's virtual devices.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aaigw::dpdk {

/// Whether `device` has the form of a PCI address: 0000:01:00.0, or 01:00.0.
[[nodiscard]] bool is_pci_address(std::string_view device) noexcept;

/// A PCI address with its domain, as the system's folders and DPDK spell it.
[[nodiscard]] std::string full_pci_address(std::string_view address);

/// What stands before the first comma: DPDK's name of the device.
[[nodiscard]] std::string_view device_name(std::string_view device) noexcept;

/// The value of the first argument `key=value`, when there is one.
[[nodiscard]] std::optional<std::string_view> device_argument(std::string_view device,
                                                              std::string_view key) noexcept;

} // namespace aaigw::dpdk
