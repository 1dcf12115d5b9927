#include "config/key_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace claviger {
namespace {

class KeyFolderTest : public testing::Test {
 protected:
  KeyFolderTest() {
    std::string name = testing::TempDir() + "claviger-keys-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    path_ = root_ + "/keys";
  }
  ~KeyFolderTest() override { std::filesystem::remove_all(root_); }

  void put(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
  }
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(write_key_file(path_, name, SigningSecret(text)));
  }
  static mode_t mode_of(const std::string& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0);
    return about.st_mode & 0777;
  }

  std::string root_, path_;
};

TEST_F(KeyFolderTest, WhatIsWrittenIsReadAndIsTheOwnersAlone) {
  const mode_t usual = ::umask(0);
  write("b.pem", "two");
  write("a.secret", "one");
  ::umask(usual);
  EXPECT_EQ(mode_of(path_), 0700U);
  EXPECT_EQ(mode_of(path_ + "/a.secret"), 0600U);
  const auto folder = read_key_folder(path_);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->strays.empty());
  ASSERT_EQ(folder->files.size(), 2U);
  EXPECT_EQ(folder->files[0].name, "a.secret");
  EXPECT_EQ(folder->files[0].mode, 0600U);
  EXPECT_EQ(folder->files[1].text.reveal([](auto text) { return std::string(text); }), "two");
}

TEST_F(KeyFolderTest, AFileIsNeverReplacedAndNothingIsLeftBehind) {
  write("a.pem", "the first");
  EXPECT_EQ(write_key_file(path_, "a.pem", SigningSecret("another")).error(), "File exists");
  EXPECT_EQ(read_key_folder(path_)->files[0].text.reveal([](auto t) { return std::string(t); }),
            "the first");
  const std::filesystem::directory_iterator all(path_);
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
  EXPECT_FALSE(write_key_file(root_ + "/none/keys", "a.pem", SigningSecret("x")));
}

TEST_F(KeyFolderTest, StraysAreToldAndHiddenFilesPassedOver) {
  write("a.pem", "a");
  put(".a.pem.new", "half");
  put("README", "text");
  ASSERT_EQ(::mkfifo((path_ + "/pipe.pem").c_str(), 0600), 0);
  const auto folder = read_key_folder(path_);
  ASSERT_EQ(folder->strays.size(), 2U);
  EXPECT_EQ(folder->strays[0].name, "README");
  EXPECT_EQ(folder->strays[1].wrong, "it is not a regular file");
  EXPECT_EQ(folder->files.size(), 1U);
  EXPECT_EQ(read_key_folder(path_ + "/none").error(), "No such file or directory");
}

TEST_F(KeyFolderTest, TheMarkTellsOfEachChange) {
  auto mark = key_folder_mark(path_);
  const auto has_changed = [&] {
    const auto before = std::exchange(mark, key_folder_mark(path_));
    return mark != before;
  };
  EXPECT_FALSE(has_changed());
  write("a.pem", "a");
  EXPECT_TRUE(has_changed());
  EXPECT_FALSE(has_changed());
  ::chmod((path_ + "/a.pem").c_str(), 0640);
  EXPECT_TRUE(has_changed());
  put("a.pem", "longer");
  EXPECT_TRUE(has_changed());
  ::chmod(path_.c_str(), 0750);
  EXPECT_TRUE(has_changed());
  std::filesystem::rename(path_ + "/a.pem", path_ + "/b.pem");
  EXPECT_TRUE(has_changed());
  std::filesystem::remove(path_ + "/b.pem");
  EXPECT_TRUE(has_changed());
  EXPECT_FALSE(has_changed());
}

}  // namespace
}  // namespace claviger
