// KeyLog: writes every key that is installed or retired into a file, for labs whose traffic is to be decrypted.
#pragma once

#include "common/result.h"
#include "control/runtime/unique_fd.h"
#include "dataplane/sa/installer.h"

#include <cstdint>
#include <map>
#include <string>

namespace aaigw::runtime {

/// An Installer in front of another one. Lines are as docs/reference/aaigwd.md has them; one is written after the call
/// has succeeded. That a line could not be written stops nothing, and is counted.
class KeyLog final : public sa::Installer {
  public:
    /// Appends to `path`, which is made with access for its owner only. A symbolic link is refused.
    [[nodiscard]] static Result<KeyLog> open(const std::string& path, sa::Installer& behind);

    [[nodiscard]] Result<sa::StationRef> add_station(const sa::StationSpec& spec) override;
    [[nodiscard]] Result<void> remove_station(sa::StationRef station) override;
    [[nodiscard]] Result<void> set_stid(sa::StationRef station, std::optional<Stid> stid) override;
    [[nodiscard]] Result<void> set_cids(sa::StationRef station,
                                        std::optional<sa::ManagementCids> cids) override;
    [[nodiscard]] Result<void> add_flow(sa::StationRef station, const sa::FlowSpec& spec) override;
    [[nodiscard]] Result<void> remove_flow(sa::StationRef station, std::uint8_t slot) override;
    [[nodiscard]] Result<sa::ContextRef> install_context(sa::StationRef station,
                                                         const sa::ContextSpec& spec) override;
    [[nodiscard]] Result<void> install_tek(sa::ContextRef context, std::uint16_t said,
                                           const sa::TekSpec& spec) override;
    [[nodiscard]] Result<void> switch_transmit(sa::ContextRef context,
                                               std::span<const sa::SendChoice> choices) override;
    [[nodiscard]] Result<void> retire_tek(sa::ContextRef context, std::uint16_t said,
                                          Eks eks) override;
    [[nodiscard]] Result<void> retire_context(sa::ContextRef context) override;
    [[nodiscard]] Result<void> raise_ceiling(sa::ContextRef context, std::uint16_t said, Eks eks,
                                             std::uint32_t pn) override;
    [[nodiscard]] Result<std::vector<sa::TekCounters>>
    counters(sa::StationRef station) const override;

    [[nodiscard]] std::uint64_t lines_lost() const noexcept { return lines_lost_; }

  private:
    KeyLog(UniqueFd file, sa::Installer& behind) noexcept : file_{std::move(file)}, behind_{&behind}
    {
    }

    /// `what` and who, up to the fields of the key.
    [[nodiscard]] std::string start_of_line(std::string_view what, sa::ContextRef context) const;
    void log_tek(sa::ContextRef context, std::uint16_t said, const sa::TekSpec& tek);
    void write(std::string line);

    UniqueFd file_;
    sa::Installer* behind_;
    std::map<std::uint32_t, sa::StationSpec> stations_; ///< by the station's place
    std::map<std::uint32_t, pdu::Zone> zones_;          ///< by context; those that are there
    std::uint64_t lines_lost_ = 0;
};

} // namespace aaigw::runtime
