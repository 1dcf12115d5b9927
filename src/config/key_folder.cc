#include "config/key_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "config/read_file.h"

namespace claviger {
namespace {

constexpr mode_t permission_bits = 07777;
constexpr std::size_t names_most = 1'000;  // a folder of more is none of keys

std::string because() {
  return std::generic_category().message(errno);
}
tl::unexpected<std::string> failed() {
  return tl::unexpected<std::string>(because());
}

struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

/// The names in a folder that do not begin with a dot, in their order.
tl::expected<std::vector<std::string>, std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator at(path, error); !error && at != end;
       at.increment(error)) {
    auto name = at->path().filename().string();
    if (!name.starts_with('.')) names.push_back(std::move(name));
    if (names.size() > names_most)
      return tl::unexpected<std::string>("it holds more than a thousand files");
  }
  if (error) return tl::unexpected<std::string>(error.message());
  std::ranges::sort(names);
  return names;
}

bool is_key_name(std::string_view name) {
  return name.ends_with(pem_suffix) || name.ends_with(secret_suffix);
}

void mix(std::uint64_t& mark, std::uint64_t value) {
  constexpr std::uint64_t fnv_prime = 1099511628211ULL;
  for (int i = 0; i < 8; ++i) mark = (mark ^ ((value >> (8 * i)) & 0xff)) * fnv_prime;
}

void mix(std::uint64_t& mark, const timespec& at) {
  mix(mark, static_cast<std::uint64_t>(at.tv_sec));
  mix(mark, static_cast<std::uint64_t>(at.tv_nsec));
}

tl::expected<void, std::string> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Writes a file that nobody looks at yet.
tl::expected<void, std::string> write_new(int folder, const std::string& name,
                                          const SigningSecret& text) {
  constexpr mode_t mine_alone = 0600;
  const Descriptor file(
      ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mine_alone));
  struct stat owner {};
  if (file.fd < 0 || ::fchmod(file.fd, mine_alone) != 0 || ::fstat(folder, &owner) != 0)
    return failed();
  if (::geteuid() == 0 && ::fchown(file.fd, owner.st_uid, owner.st_gid) != 0) return failed();
  auto written = text.reveal([&](std::string_view t) { return write_all(file.fd, t); });
  if (written && ::fsync(file.fd) != 0) return failed();
  return written;
}

}  // namespace

tl::expected<KeyFolder, std::string> read_key_folder(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return failed();
  auto names = names_in(path);
  if (!names) return tl::unexpected(names.error());
  KeyFolder folder{.mode = about.st_mode & permission_bits};
  for (auto& name : *names) {
    if (!is_key_name(name)) {
      folder.strays.push_back({name, "its name ends neither in .pem nor in .secret"});
      continue;
    }
    // A pipe would be waited for.
    if (::stat((path + "/" + name).c_str(), &about) == 0 && !S_ISREG(about.st_mode)) {
      folder.strays.push_back({name, "it is not a regular file"});
      continue;
    }
    auto file = read_small_file(path + "/" + name);
    if (file)
      folder.files.push_back({name, std::move(file->text), file->mode});
    else
      folder.strays.push_back({name, "it cannot be read: " + file.error(), true});
  }
  return folder;
}

std::uint64_t key_folder_mark(const std::string& path) {
  constexpr std::uint64_t fnv_basis = 14695981039346656037ULL;
  std::uint64_t mark = fnv_basis;
  struct stat about {};
  const auto names = names_in(path);
  if (!names || ::stat(path.c_str(), &about) != 0) return mark;
  mix(mark, about.st_mode);
  for (const auto& name : *names) {
    for (const char c : name) mix(mark, static_cast<unsigned char>(c));
    if (::stat((path + "/" + name).c_str(), &about) != 0) continue;
    for (const std::uint64_t value :
         {std::uint64_t{about.st_mode}, std::uint64_t{about.st_uid}, std::uint64_t{about.st_gid},
          std::uint64_t{about.st_ino}, static_cast<std::uint64_t>(about.st_size)})
      mix(mark, value);
    mix(mark, about.st_mtim);
    mix(mark, about.st_ctim);
  }
  return mark;
}

tl::expected<void, std::string> write_key_file(const std::string& folder, const std::string& name,
                                               const SigningSecret& text) {
  constexpr mode_t mine_alone = 0700;
  const bool is_made = ::mkdir(folder.c_str(), mine_alone) == 0;
  if (!is_made && errno != EEXIST) return failed();
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd < 0) return failed();
  const std::string half_done = "." + name + ".new";
  auto done = write_new(opened.fd, half_done, text);
  // A link does not take the place of a file that is there.
  if (done && ::linkat(opened.fd, half_done.c_str(), opened.fd, name.c_str(), 0) != 0)
    done = failed();
  ::unlinkat(opened.fd, half_done.c_str(), 0);
  if (done && ::fsync(opened.fd) != 0) done = failed();
  if (!done || !is_made) return done;
  const Descriptor parent(::openat(opened.fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.fd >= 0 && ::fsync(parent.fd) != 0) return failed();
  return done;
}

}  // namespace claviger
