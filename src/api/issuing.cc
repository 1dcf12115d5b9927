#include "api/issuing.h"

namespace claviger::api {
namespace {

const Issuing& issuing_of(const Call& call) {
  return call.route.credential == Credential::login ? kTokenIssuing : kOAuthTokenIssuing;
}

Status answer(Call& call, const Login& login, Result<IssuedToken> issued) {
  const auto& issuing = issuing_of(call);
  if (!issued)
    return fail(refuse_attempt(call, std::move(issued).error(), issuing.attempt_name(login)));
  call.app.traffic.count(Traffic::Kind::issued);
  call.response.notes.client_id = issued->client_id;
  call.response.notes.user_id = issued->user_id;
  issuing.write(call, *issued);
  return {};
}

}  // namespace

void issue_together(std::span<Call> calls, std::span<Status> outcomes) {
  std::vector<Login> logins;
  std::vector<std::size_t> places;  // among the calls
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!outcomes[i]) continue;
    auto login = issuing_of(calls[i]).read(calls[i]);
    if (login) {
      logins.push_back(*std::move(login));
      places.push_back(i);
    } else {
      outcomes[i] = fail(std::move(login).error());
    }
  }
  if (logins.empty()) return;
  auto issued = issue_tokens(calls.front().app.services, logins);
  for (std::size_t k = 0; k < logins.size(); ++k)
    outcomes[places[k]] = answer(calls[places[k]], logins[k], std::move(issued[k]));
}

Status issue_alone(Call& call) {
  Status outcome;
  issue_together({&call, 1}, {&outcome, 1});
  return outcome;
}

}  // namespace claviger::api
