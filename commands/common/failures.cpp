// SPDX-License-Identifier: Apache-2.0
// Errors in words, see the headers.
#include "commands/common/failures.hpp"

#include <new>

namespace dfe {

namespace {

/// One line whatever the name holds.
std::string begin_line(std::string input, const std::string& text) {
  if (input.empty()) return text;
  for (char& c : input)
    if (c == '\n' || c == '\r') c = ' ';
  return input + ": " + text;
}

}  // namespace

Failure describe_failure(std::string input, const std::exception_ptr& error) {
  Failure failure{std::move(input), ErrorKind::Failed, {}};
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    failure.kind = known.kind();
    failure.text =
        known.object() == failure.input ? known.what() : begin_line(failure.input, known.what());
  } catch (const std::bad_alloc&) {
    failure.text =
        begin_line(failure.input, "out of memory; set a lower --memory limit or free some memory");
  } catch (const std::exception& unforeseen) {
    failure.text = begin_line(failure.input, std::string("internal error: ") + unforeseen.what() +
                                                 "; please report it together with the command");
  }
  return failure;
}

Failure Failures::caught(const std::string& input) const {
  Failure failure = describe_failure(input);
  if (!several_) throw;
  return failure;
}

bool Failures::stopped(const std::string& command, const std::string& next) {
  if (several_ && !cancelled_ && observer_ && observer_->cancelled()) stop(command, next);
  return cancelled_.has_value();
}

bool Failures::caught_stop(const std::string& command, const std::string& input) {
  try {
    throw;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Cancelled) return false;
  } catch (...) {
    return false;
  }
  stop(command, input);
  return true;
}

void Failures::stop(const std::string& command, const std::string& input) {
  const Error error(ErrorKind::Cancelled, command, input, "cancelled");
  if (!several_) throw error;
  cancelled_ = Failure{input, error.kind(), error.what()};
}

void Failures::note(const Failure& failure) {
  if (observer_) observer_->message(LogLevel::Error, failure.text);
  noted_.push_back(failure);
}

void Failures::finish(CommandReport& report, Json& json) {
  report.failures = std::move(noted_);
  report.cancelled = std::move(cancelled_);
  if (!report.cancelled) return;
  json["error"] = report.cancelled->text;
  json["error_kind"] = "cancelled";
}

Json failure_json(const char* key, const Failure& failure) {
  return {{key, failure.input},
          {"error", failure.text},
          {"error_kind", failure.kind == ErrorKind::Usage ? "usage" : "failed"}};
}

}  // namespace dfe
