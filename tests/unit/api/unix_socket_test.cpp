// Taking the place of a control socket: modes, what is there already, and who may connect.
#include "control/api/client.h"
#include "control/api/unix_socket.h"
#include "tests/unit/runtime/temporary_folder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

namespace aaigw::api {
namespace {

using testing::HasSubstr;

struct UnixSocket : testing::Test {
    runtime::TemporaryFolder folder;
    std::string path = folder.file("socket");
};

TEST_F(UnixSocket, IsForTheUserAndTheGroupWhateverTheUmask)
{
    for (const mode_t mask : {0000U, 0022U, 0077U, 0777U}) {
        const mode_t before = ::umask(mask);
        const auto socket = ListeningSocket::claim(path);
        ::umask(before);
        ASSERT_TRUE(socket) << socket.error().message;
        struct stat made {};
        ASSERT_EQ(::lstat(path.c_str(), &made), 0);
        EXPECT_EQ(made.st_mode, S_IFSOCK | 0660);
        EXPECT_TRUE(connect_to(path, std::chrono::seconds{30}));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(UnixSocket, MakesTheLastFolder)
{
    EXPECT_TRUE(ListeningSocket::claim(folder.file("new/socket")));
    const auto two = ListeningSocket::claim(folder.file("a/b/socket"));
    ASSERT_FALSE(two);
    EXPECT_THAT(two.error().message, HasSubstr("its folder cannot be made"));
}

TEST_F(UnixSocket, ASecondOneIsRefusedAndTheFirstStays)
{
    const auto first = ListeningSocket::claim(path);
    ASSERT_TRUE(first);
    const auto second = ListeningSocket::claim(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::unavailable);
    EXPECT_THAT(second.error().message, HasSubstr("is aaigwd running already?"));
    EXPECT_THAT(second.error().message, HasSubstr(path));
    EXPECT_TRUE(connect_to(path, std::chrono::seconds{30}));
}

TEST_F(UnixSocket, OneThatNobodyListensToIsReplaced)
{
    const pid_t child = ::fork();
    if (child == 0) {
        auto left_behind = ListeningSocket::claim(path);
        ::_exit(left_behind ? 0 : 1); // without its destructor
    }
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    ASSERT_TRUE(std::filesystem::exists(path));
    const auto refused = connect_to(path, std::chrono::seconds{30});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("not running any more"));

    EXPECT_TRUE(ListeningSocket::claim(path));
}

TEST_F(UnixSocket, SomethingElseStays)
{
    std::ofstream{path} << "precious";
    const auto refused = ListeningSocket::claim(path);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("something else than a socket"));
    EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(UnixSocket, ALinkIsNotFollowed)
{
    const auto real = ListeningSocket::claim(folder.file("real"));
    ASSERT_TRUE(real);
    std::filesystem::create_symlink(folder.file("real"), path);
    EXPECT_FALSE(ListeningSocket::claim(path));
    EXPECT_TRUE(std::filesystem::is_symlink(path));
}

TEST_F(UnixSocket, RemovesItsOwnFileOnly)
{
    {
        const auto socket = ListeningSocket::claim(path);
        ASSERT_TRUE(socket);
        std::filesystem::remove(path);
        std::ofstream{path} << "another's";
    }
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(UnixSocket, APathThatIsNoneIsRefused)
{
    for (const std::string& bad : {std::string{}, folder.file(std::string(108, 'x'))}) {
        const auto claimed = ListeningSocket::claim(bad);
        ASSERT_FALSE(claimed);
        EXPECT_EQ(claimed.error().code, ErrorCode::invalid_argument);
        const auto connected = connect_to(bad, std::chrono::seconds{30});
        ASSERT_FALSE(connected);
        EXPECT_EQ(connected.error().code, ErrorCode::invalid_argument);
    }
}

TEST_F(UnixSocket, OfManyThatStartAtOnceOneWins)
{
    constexpr std::size_t kAtOnce = 8;
    std::array<std::optional<Result<ListeningSocket>>, kAtOnce> results;
    std::vector<std::thread> threads;
    for (auto& result : results)
        threads.emplace_back([&] { result.emplace(ListeningSocket::claim(path)); });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(std::ranges::count_if(results, [](const auto& one) { return one->has_value(); }), 1);
    EXPECT_TRUE(connect_to(path, std::chrono::seconds{30}));
}

TEST_F(UnixSocket, WhoConnectsToNobodyIsToldWhatToDo)
{
    const auto nobody = Client::connect(path);
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, ErrorCode::unavailable);
    EXPECT_THAT(nobody.error().message, HasSubstr("aaigwd is not running"));
    EXPECT_THAT(nobody.error().message, HasSubstr("--socket"));
    EXPECT_THAT(nobody.error().message, testing::Not(HasSubstr(path)));
}

TEST_F(UnixSocket, ADaemonThatHangsIsGivenUp)
{
    const auto socket = ListeningSocket::claim(path);
    ASSERT_TRUE(socket);
    auto client = Client::connect(path, std::chrono::seconds{1});
    ASSERT_TRUE(client);
    const auto answer = client->call("state");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
    EXPECT_THAT(answer.error().message, HasSubstr("does not answer"));
}

// Who may ask
// ----------------------------------------------------------------------------

/// Whether a process that has become `user` with `groups` may ask; nothing when it could not become so.
std::optional<bool> is_allowed(const std::string& path, const ListeningSocket& socket, uid_t user,
                               gid_t group, std::vector<gid_t> groups)
{
    const pid_t child = ::fork();
    if (child == 0) {
        const bool became = ::setgroups(groups.size(), groups.data()) == 0 &&
                            ::setgid(group) == 0 && ::setuid(user) == 0;
        const auto connection = connect_to(path, std::chrono::seconds{30});
        char c = 0;
        // Until the other end has seen who this is.
        ::_exit(became && connection && ::recv(connection->get(), &c, 1, 0) == 1 ? 0 : 1);
    }
    const runtime::UniqueFd accepted{::accept(socket.fd(), nullptr, nullptr)};
    const bool allowed = peer_is_allowed(accepted.get());
    ::send(accepted.get(), "x", 1, MSG_NOSIGNAL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return std::nullopt;
    return allowed;
}

TEST_F(UnixSocket, TheOwnUserMayAsk)
{
    const auto socket = ListeningSocket::claim(path);
    ASSERT_TRUE(socket);
    const auto connection = connect_to(path, std::chrono::seconds{30});
    ASSERT_TRUE(connection);
    const runtime::UniqueFd accepted{::accept(socket->fd(), nullptr, nullptr)};
    EXPECT_TRUE(peer_is_allowed(accepted.get()));
    EXPECT_FALSE(peer_is_allowed(-1));
}

TEST_F(UnixSocket, OtherUsersMayNotUnlessTheyAreOfTheGroup)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can become others";
    constexpr uid_t kNobody = 65534;
    constexpr gid_t kOther = 65533;
    std::filesystem::permissions(folder.file(""), std::filesystem::perms{0755});
    const auto socket = ListeningSocket::claim(path);
    ASSERT_TRUE(socket);
    std::filesystem::permissions(path, std::filesystem::perms{0666}); // so that they get so far
    EXPECT_EQ(is_allowed(path, *socket, kNobody, kOther, {}), false);
    EXPECT_EQ(is_allowed(path, *socket, kNobody, kOther, {kOther, kOther - 1}), false);
    EXPECT_EQ(is_allowed(path, *socket, kNobody, ::getegid(), {}), true);
    EXPECT_EQ(is_allowed(path, *socket, kNobody, kOther, {kOther, ::getegid()}), true);
    EXPECT_EQ(is_allowed(path, *socket, 0, kOther, {}), true);
    std::vector<gid_t> many(300, kOther);
    many.back() = ::getegid();
    EXPECT_EQ(is_allowed(path, *socket, kNobody, kOther, many), true);
}

} // namespace
} // namespace aaigw::api
