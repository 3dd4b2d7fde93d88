#include "control/api/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace aaigw::api {

namespace {

using runtime::UniqueFd;

constexpr mode_t kSocketMode = 0660;
constexpr mode_t kFolderMode = 0755;
constexpr int kBacklog = 16;

std::string_view reason(int error) noexcept
{
    const char* const text = ::strerrordesc_np(error);
    return text == nullptr ? "unknown error" : text;
}

/// Nothing when `path` is empty or too long for one.
std::optional<sockaddr_un> address_of(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path) ||
        path.find('\0') != std::string::npos)
        return std::nullopt;
    path.copy(address.sun_path, path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) noexcept
{
    return reinterpret_cast<const sockaddr*>(&address);
}

UniqueFd make_socket()
{
    return UniqueFd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
}

std::string folder_of(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

template <class... Args>
tl::unexpected<Error> failed(const std::string& path, ErrorCode code,
                             fmt::format_string<Args...> format, Args&&... args)
{
    return fail(code, fmt::format("control_socket {}: {}", path,
                                  fmt::format(format, std::forward<Args>(args)...)));
}

/// Keeps two processes from looking at one path and taking it both. Held for a moment only.
Result<UniqueFd> lock_folder_of(const std::string& path)
{
    constexpr int kTries = 200;
    constexpr std::chrono::milliseconds kPause{10};
    const std::string folder = folder_of(path);
    if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST)
        return failed(path, ErrorCode::io, "its folder cannot be made: {}", reason(errno));
    UniqueFd lock{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!lock.is_open())
        return failed(path, ErrorCode::io, "its folder cannot be opened: {}", reason(errno));
    for (int i = 0; i < kTries; ++i) {
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0)
            return lock;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        std::this_thread::sleep_for(kPause);
    }
    return failed(path, ErrorCode::io, "its folder cannot be locked: {}", reason(errno));
}

/// Removes a socket that nobody listens to; anything else that is there stays and is an error.
Result<void> make_way(const std::string& path, const sockaddr_un& address)
{
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) {
        if (errno == ENOENT)
            return {};
        return failed(path, ErrorCode::io, "{}", reason(errno));
    }
    if (!S_ISSOCK(there.st_mode))
        return failed(path, ErrorCode::io, "there is something else than a socket; move it away");
    const UniqueFd probe = make_socket();
    if (!probe.is_open())
        return failed(path, ErrorCode::io, "no socket can be made: {}", reason(errno));
    if (::connect(probe.get(), generic(address), sizeof(address)) == 0 || errno == EAGAIN)
        return failed(path, ErrorCode::unavailable,
                      "another process listens there; is aaigwd running already? Stop it, or "
                      "give this one another control_socket");
    if (errno != ECONNREFUSED)
        return failed(path, ErrorCode::io, "who listens there cannot be asked: {}", reason(errno));
    if (::unlink(path.c_str()) != 0)
        return failed(path, ErrorCode::io, "the old socket cannot be removed: {}", reason(errno));
    return {};
}

/// The supplementary groups that the peer had.
std::vector<gid_t> peer_groups(int socket)
{
    constexpr std::size_t kUsual = 64;
    std::vector<gid_t> groups(kUsual);
    for (int i = 0; i < 2; ++i) {
        auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        const int status = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
        // When there are more, `size` says how many.
        if (status != 0 && errno != ERANGE)
            return {};
        groups.resize(size / sizeof(gid_t));
        if (status == 0)
            return groups;
    }
    return {};
}

std::string connect_problem(int error)
{
    constexpr std::string_view kWhere = "--socket names another place, the control_socket of the "
                                        "daemon's configuration";
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return fmt::format("aaigwd is not running, or its socket is elsewhere: {}", kWhere);
    case ECONNREFUSED:
        return "aaigwd is not running any more: nobody listens to its socket";
    case EACCES:
    case EPERM:
        return "its socket may not be opened: be root, or of the user or group of aaigwd";
    case EAGAIN:
        return "it does not take connections; see its log, and whether it is stopped";
    default:
        return fmt::format("{}; {}", reason(error), kWhere);
    }
}

} // namespace

Result<ListeningSocket> ListeningSocket::claim(const std::string& path)
{
    const auto address = address_of(path);
    if (!address)
        return failed(path, ErrorCode::invalid_argument,
                      "the path of a socket has 1 to {} characters",
                      sizeof(sockaddr_un::sun_path) - 1);
    TRY(const UniqueFd lock, lock_folder_of(path));
    TRY_DO(make_way(path, *address));

    UniqueFd fd = make_socket();
    // Linux gives the file the mode of the socket, less the umask: at no time may more connect than shall.
    const bool bound = fd.is_open() && ::fchmod(fd.get(), kSocketMode) == 0 &&
                       ::bind(fd.get(), generic(*address), sizeof(*address)) == 0;
    if (!bound)
        return failed(path, ErrorCode::io, "{}", reason(errno));
    struct stat made {};
    if (::lstat(path.c_str(), &made) != 0)
        return failed(path, ErrorCode::io, "{}", reason(errno));
    ListeningSocket socket{std::move(fd), path, made.st_dev, made.st_ino};
    if (::chmod(path.c_str(), kSocketMode) != 0 || ::listen(socket.fd(), kBacklog) != 0)
        return failed(path, ErrorCode::io, "{}", reason(errno));
    return socket;
}

ListeningSocket::~ListeningSocket()
{
    struct stat there {};
    if (!fd_.is_open() || ::lstat(path_.c_str(), &there) != 0)
        return;
    if (there.st_dev == device_ && there.st_ino == inode_)
        ::unlink(path_.c_str());
}

bool peer_is_allowed(int socket)
{
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    if (peer.uid == 0 || peer.uid == ::geteuid() || peer.gid == ::getegid())
        return true;
    const std::vector<gid_t> groups = peer_groups(socket);
    return std::ranges::find(groups, ::getegid()) != groups.end();
}

Result<UniqueFd> connect_to(const std::string& path, std::chrono::seconds patience)
{
    const auto address = address_of(path);
    if (!address)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the path of a socket has 1 to {} characters",
                                sizeof(sockaddr_un::sun_path) - 1));
    UniqueFd fd = make_socket();
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    if (!fd.is_open() ||
        ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0 ||
        ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
        return fail(ErrorCode::io, fmt::format("no socket can be made: {}", reason(errno)));
    if (::connect(fd.get(), generic(*address), sizeof(*address)) != 0)
        return fail(ErrorCode::unavailable, connect_problem(errno));
    return fd;
}

} // namespace aaigw::api
