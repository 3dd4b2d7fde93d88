// A folder for the files of one test, gone with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace aaigw::runtime {

class TemporaryFolder {
  public:
    TemporaryFolder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "aaigw-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

    /// A file that only its owner may read.
    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const
    {
        std::ofstream{file(name)} << text;
        std::filesystem::permissions(file(name), std::filesystem::perms{0600});
        return file(name);
    }

    [[nodiscard]] static std::string read(const std::string& path)
    {
        std::ifstream file{path};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

  private:
    std::filesystem::path path_;
};

} // namespace aaigw::runtime
