#include "store/postgres/libpq.h"

#include <dlfcn.h>

#include <string>

namespace claviger::postgres {
namespace {

struct Loaded {
  Libpq functions{};
  std::string problem{};  // empty: all are there
};

template <class F>
void find(void* library, const char* name, F& function, std::string& problem) {
  function = reinterpret_cast<F>(::dlsym(library, name));
  if (function == nullptr) problem = std::string("libpq.so.5 has no ") + name;
}

Loaded load() {
  Loaded loaded;
  void* const library = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    loaded.problem = "install libpq, Debian's package libpq5";
    return loaded;
  }
  auto& [pq, problem] = loaded;
  find(library, "PQclear", pq.clear, problem);
  find(library, "PQcmdStatus", pq.cmdStatus, problem);
  find(library, "PQcmdTuples", pq.cmdTuples, problem);
  find(library, "PQconnectdbParams", pq.connectdbParams, problem);
  find(library, "PQconninfo", pq.conninfo, problem);
  find(library, "PQconninfoFree", pq.conninfoFree, problem);
  find(library, "PQconninfoParse", pq.conninfoParse, problem);
  find(library, "PQconsumeInput", pq.consumeInput, problem);
  find(library, "PQenterPipelineMode", pq.enterPipelineMode, problem);
  find(library, "PQerrorMessage", pq.errorMessage, problem);
  find(library, "PQexec", pq.exec, problem);
  find(library, "PQfinish", pq.finish, problem);
  find(library, "PQflush", pq.flush, problem);
  find(library, "PQfreemem", pq.freemem, problem);
  find(library, "PQgetResult", pq.getResult, problem);
  find(library, "PQgetisnull", pq.getisnull, problem);
  find(library, "PQgetlength", pq.getlength, problem);
  find(library, "PQgetvalue", pq.getvalue, problem);
  find(library, "PQhostaddr", pq.hostaddr, problem);
  find(library, "PQisBusy", pq.isBusy, problem);
  find(library, "PQnotifies", pq.notifies, problem);
  find(library, "PQntuples", pq.ntuples, problem);
  find(library, "PQpipelineStatus", pq.pipelineStatus, problem);
  find(library, "PQpipelineSync", pq.pipelineSync, problem);
  find(library, "PQresultErrorField", pq.resultErrorField, problem);
  find(library, "PQresultErrorMessage", pq.resultErrorMessage, problem);
  find(library, "PQresultStatus", pq.resultStatus, problem);
  find(library, "PQsendPrepare", pq.sendPrepare, problem);
  find(library, "PQsendQueryPrepared", pq.sendQueryPrepared, problem);
  find(library, "PQsetNoticeReceiver", pq.setNoticeReceiver, problem);
  find(library, "PQsetnonblocking", pq.setnonblocking, problem);
  find(library, "PQsocket", pq.socket, problem);
  find(library, "PQsslInUse", pq.sslInUse, problem);
  find(library, "PQstatus", pq.status, problem);
  return loaded;
}

const Loaded& loaded() {
  static const Loaded once = load();
  return once;
}

}  // namespace

Status load_libpq() {
  if (loaded().problem.empty()) return {};
  return fail(Code::storage_unavailable, "PostgreSQL's client library cannot be used.",
              loaded().problem);
}

const Libpq& pq() {
  return loaded().functions;
}

}  // namespace claviger::postgres
