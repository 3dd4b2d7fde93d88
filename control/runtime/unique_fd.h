// UniqueFd: a file descriptor with one owner, who closes it.
#pragma once

#include <unistd.h>

#include <utility>

namespace aaigw::runtime {

class UniqueFd {
  public:
    UniqueFd() noexcept = default;
    /// -1: none.
    explicit UniqueFd(int fd) noexcept : fd_{fd} {}
    UniqueFd(UniqueFd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    UniqueFd& operator=(UniqueFd&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~UniqueFd()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

} // namespace aaigw::runtime
