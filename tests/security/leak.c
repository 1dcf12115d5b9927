/* Preloaded into the server by test_leaks.py: leaks what it receives, to see that it is found.
   LEAK_TO is "log" (standard error), "file" (in the working folder) or "memory". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char kept[1 << 20];
static size_t kept_size;

static void write_line(int fd, const char* data, size_t size) {
  static const char head[] = "{\"event\":\"leak\",\"data\":\"";
  char line[1 << 16];
  size_t length = sizeof head - 1;
  memcpy(line, head, length);
  for (size_t i = 0; i < size && length < sizeof line - 4; ++i)
    if (data[i] >= ' ' && data[i] != '"' && data[i] != '\\') line[length++] = data[i];
  memcpy(line + length, "\"}\n", 3);
  if (write(fd, line, length + 3) < 0) abort();
}

static void leak(const char* data, size_t size) {
  const char* to = getenv("LEAK_TO");
  if (to == NULL) return;
  if (strcmp(to, "log") == 0) write_line(2, data, size);
  if (strcmp(to, "file") == 0) {
    int fd = open("leaked", O_WRONLY | O_CREAT | O_APPEND, 0600);
    write_line(fd, data, size);
    close(fd);
  }
  if (strcmp(to, "memory") == 0 && kept_size + size <= sizeof kept) {
    memcpy(kept + kept_size, data, size);
    kept_size += size;
  }
}

ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  static ssize_t (*real)(int, void*, size_t, int);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "recv");
  ssize_t received = real(fd, buffer, size, flags);
  if (received > 0) leak(buffer, (size_t)received);
  return received;
}
