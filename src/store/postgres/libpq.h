#pragma once

#include <libpq-fe.h>

#include "base/result.h"

namespace claviger::postgres {

/// PostgreSQL's client library, loaded when a database of that kind is first opened: it brings 16
/// libraries with it, which a server on SQLite has no use for (docs/decisions/0082). The names are
/// libpq's own without their PQ.
struct Libpq {
  decltype(&::PQclear) clear;
  decltype(&::PQcmdStatus) cmdStatus;
  decltype(&::PQcmdTuples) cmdTuples;
  decltype(&::PQconnectdbParams) connectdbParams;
  decltype(&::PQconninfo) conninfo;
  decltype(&::PQconninfoFree) conninfoFree;
  decltype(&::PQconninfoParse) conninfoParse;
  decltype(&::PQconsumeInput) consumeInput;
  decltype(&::PQenterPipelineMode) enterPipelineMode;
  decltype(&::PQerrorMessage) errorMessage;
  decltype(&::PQexec) exec;
  decltype(&::PQfinish) finish;
  decltype(&::PQflush) flush;
  decltype(&::PQfreemem) freemem;
  decltype(&::PQgetResult) getResult;
  decltype(&::PQgetisnull) getisnull;
  decltype(&::PQgetlength) getlength;
  decltype(&::PQgetvalue) getvalue;
  decltype(&::PQhostaddr) hostaddr;
  decltype(&::PQisBusy) isBusy;
  decltype(&::PQnotifies) notifies;
  decltype(&::PQntuples) ntuples;
  decltype(&::PQpipelineStatus) pipelineStatus;
  decltype(&::PQpipelineSync) pipelineSync;
  decltype(&::PQresultErrorField) resultErrorField;
  decltype(&::PQresultErrorMessage) resultErrorMessage;
  decltype(&::PQresultStatus) resultStatus;
  decltype(&::PQsendPrepare) sendPrepare;
  decltype(&::PQsendQueryPrepared) sendQueryPrepared;
  decltype(&::PQsetNoticeReceiver) setNoticeReceiver;
  decltype(&::PQsetnonblocking) setnonblocking;
  decltype(&::PQsocket) socket;
  decltype(&::PQsslInUse) sslInUse;
  decltype(&::PQstatus) status;
};

/// Loads the library, once. Errors: storage_unavailable, if it is not installed.
Status load_libpq();
/// Its functions. To be called after load_libpq has succeeded.
const Libpq& pq();

}  // namespace claviger::postgres
