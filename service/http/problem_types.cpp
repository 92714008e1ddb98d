#include "lachan/http/problem.hpp"

/// The table of refusals: what each is called and what a caller can do about it.
namespace lachan::http {
namespace {

constexpr ProblemType kInternal{
    "internal-error",
    500,
    "Lỗi bên trong hệ thống",
    "Internal error",
    "Xin gửi mã yêu cầu (request_id) cho người quản trị; có thể gửi lại yêu cầu với cùng Idempotency-Key.",
    "Give the request_id to the administrator; the request may be repeated under the same Idempotency-Key."};

constexpr ProblemType kMalformedJson{"malformed-json",
                                     400,
                                     "Nội dung không phải JSON hợp lệ",
                                     "Not well-formed JSON",
                                     "Sửa JSON ở vị trí được nêu trong detail; mã hoá phải là UTF-8.",
                                     "Mend the JSON at the position named in detail; it has to be UTF-8."};

constexpr ProblemType kMalformedRequest{"malformed-request",
                                        400,
                                        "Yêu cầu HTTP không hợp lệ",
                                        "Malformed request",
                                        "Sửa dòng yêu cầu, tham số hoặc tiêu đề được nêu.",
                                        "Mend the request line, parameter or header that is named."};

constexpr ProblemType kValidationFailed{"validation-failed",
                                        422,
                                        "Nội dung chưa hợp lệ",
                                        "Content is not valid",
                                        "Sửa từng chỗ được nêu trong errors rồi gửi lại.",
                                        "Mend each place named in errors and send again."};

constexpr ProblemType kUnauthenticated{
    "unauthenticated",
    401,
    "Chưa xác thực",
    "Not authenticated",
    "Gửi khoá còn hiệu lực trong tiêu đề Authorization: Bearer, hoặc đăng nhập.",
    "Send a live key in the header Authorization: Bearer, or sign in."};

constexpr ProblemType kCrossSite{
    "cross-site-request",
    403,
    "Yêu cầu không đến từ trang của hệ thống",
    "Not a request of our own pages",
    "Tải lại trang rồi thử lại; gửi csrf_token của phiên trong tiêu đề Lachan-CSRF.",
    "Load the page again; send the session's csrf_token in the header Lachan-CSRF."};

constexpr ProblemType kForbidden{"forbidden",
                                 403,
                                 "Không có quyền thực hiện",
                                 "Not allowed",
                                 "Vai trò của khoá này không được làm việc đó.",
                                 "The role of this key may not do that."};

constexpr ProblemType kNotFound{"not-found",
                                404,
                                "Không tìm thấy",
                                "Not found",
                                "Không có, hoặc không thuộc phạm vi của khoá này.",
                                "It does not exist, or lies outside the scope of this key."};

constexpr ProblemType kRouteNotFound{"route-not-found",
                                     404,
                                     "Không có đường dẫn này",
                                     "No such path",
                                     "Xem các đường dẫn trong /v1/openapi.json.",
                                     "The paths are listed in /v1/openapi.json."};

constexpr ProblemType kCaseCodeInvalid{"case-code-invalid",
                                       404,
                                       "Mã vụ việc bị gõ sai",
                                       "The case code is mistyped",
                                       "Ký tự kiểm tra không khớp; đọc lại mã vụ việc.",
                                       "The check character does not fit; read the code again."};

constexpr ProblemType kReceiptInvalid{"receipt-invalid",
                                      400,
                                      "Mã biên nhận bị gõ sai",
                                      "The receipt is mistyped",
                                      "Chữ số kiểm tra không khớp; đọc lại 16 chữ số.",
                                      "The check digit does not fit; read the 16 digits again."};

constexpr ProblemType kReceiptUnknown{"receipt-unknown",
                                      404,
                                      "Không có biên nhận này",
                                      "Unknown receipt",
                                      "Mã đúng dạng nhưng không thuộc tin báo nào; hỏi nơi đã nhận tin báo.",
                                      "Well formed, but of no report; ask where the report was taken."};

constexpr ProblemType kMethodNotAllowed{"method-not-allowed",
                                        405,
                                        "Phương thức không dùng được ở đây",
                                        "Method not allowed",
                                        "Dùng một phương thức nêu trong tiêu đề Allow.",
                                        "Use a method named in the header Allow."};

constexpr ProblemType kNotAcceptable{"not-acceptable",
                                     406,
                                     "Không có dạng trình bày được yêu cầu",
                                     "Not acceptable",
                                     "Chấp nhận application/json.",
                                     "Accept application/json."};

constexpr ProblemType kRequestTimeout{"request-timeout",
                                      408,
                                      "Yêu cầu đến quá chậm",
                                      "The request came too slowly",
                                      "Gửi lại trọn yêu cầu trên kết nối mới.",
                                      "Send the whole request again on a new connection."};

constexpr ProblemType kTransitionNotAllowed{"transition-not-allowed",
                                            409,
                                            "Trạng thái hiện tại không cho phép",
                                            "The present state does not allow this",
                                            "Đọc lại vụ việc hoặc nhiệm vụ để biết trạng thái hiện tại.",
                                            "Read the case or duty again to see where it stands."};

constexpr ProblemType kClosingBlocked{"closing-blocked",
                                      409,
                                      "Vụ việc còn nhiệm vụ chưa xong",
                                      "The case still has open duties",
                                      "Hoàn thành các nhiệm vụ trong open_duties trước khi đóng vụ việc.",
                                      "Fulfil the duties in open_duties before closing the case."};

constexpr ProblemType kIdempotencyInProgress{"idempotency-in-progress",
                                             409,
                                             "Yêu cầu cùng khoá đang được xử lý",
                                             "The same request is being worked on",
                                             "Đợi rồi gửi lại y nguyên.",
                                             "Wait, then repeat it unchanged."};

constexpr ProblemType kIdempotencyKeyReused{"idempotency-key-reused",
                                            422,
                                            "Khoá chống lặp đã dùng cho nội dung khác",
                                            "The key was used for another body",
                                            "Mỗi nội dung mới cần một Idempotency-Key hoặc report_id mới.",
                                            "Each new body wants a new Idempotency-Key or report_id."};

constexpr ProblemType kPreconditionRequired{"precondition-required",
                                            428,
                                            "Thiếu tiêu đề If-Match",
                                            "If-Match is missing",
                                            "Đọc vụ việc, rồi gửi ETag của nó trong If-Match.",
                                            "Read the case and send its ETag in If-Match."};

constexpr ProblemType kPreconditionFailed{"precondition-failed",
                                          412,
                                          "Đã có người thay đổi trước",
                                          "Somebody changed it before you",
                                          "Đọc lại bản mới nhất, xem thay đổi, rồi quyết định lại.",
                                          "Read the newest version, look at the change, and decide again."};

constexpr ProblemType kPayloadTooLarge{"payload-too-large",
                                       413,
                                       "Nội dung quá lớn",
                                       "The body is too large",
                                       "Tối đa 256 KiB mỗi yêu cầu.",
                                       "At most 256 KiB a request."};

constexpr ProblemType kHeadersTooLarge{"headers-too-large",
                                       431,
                                       "Phần đầu yêu cầu quá lớn",
                                       "The head of the request is too large",
                                       "Tối đa 8 KiB cho dòng yêu cầu và các tiêu đề.",
                                       "At most 8 KiB for the request line and the headers."};

constexpr ProblemType kUnsupportedMediaType{"unsupported-media-type",
                                            415,
                                            "Kiểu nội dung không được hỗ trợ",
                                            "Unsupported media type",
                                            "Gửi Content-Type: application/json.",
                                            "Send Content-Type: application/json."};

constexpr ProblemType kQuotaExceeded{"quota-exceeded",
                                     429,
                                     "Quá nhiều yêu cầu",
                                     "Too many requests",
                                     "Đợi số giây nêu trong Retry-After.",
                                     "Wait for the seconds named in Retry-After."};

constexpr ProblemType kReducedCapacity{"temporary-reduced-capacity",
                                       503,
                                       "Hệ thống đang quá tải",
                                       "Temporarily overloaded",
                                       "Gửi lại sau số giây nêu trong Retry-After, với cùng Idempotency-Key.",
                                       "Repeat after Retry-After, under the same Idempotency-Key."};

constexpr ProblemType kShuttingDown{"shutting-down",
                                    503,
                                    "Hệ thống đang dừng",
                                    "The service is stopping",
                                    "Gửi lại sau ít giây, với cùng Idempotency-Key.",
                                    "Repeat in a few seconds, under the same Idempotency-Key."};

constexpr ProblemType kRulePackInvalid{"rule-pack-invalid",
                                       422,
                                       "Bộ quy tắc, danh mục hoặc lịch không hợp lệ",
                                       "Rule pack, directory or calendar is not valid",
                                       "Sửa từng chỗ trong errors; bản đang dùng vẫn giữ nguyên hiệu lực.",
                                       "Mend each place in errors; what is in force stays in force."};

constexpr ProblemType kStorage{
    "storage-unavailable",
    503,
    "Không ghi hoặc đọc được dữ liệu",
    "Storage is unavailable",
    "Chưa có gì được lưu. Gửi lại sau Retry-After, với cùng Idempotency-Key.",
    "Nothing was stored. Repeat after Retry-After, under the same Idempotency-Key."};

}  // namespace

const ProblemType& problem_type(Errc code) noexcept {
    switch (code) {
        case Errc::internal:
            return kInternal;
        case Errc::malformed_json:
            return kMalformedJson;
        case Errc::malformed_request:
            return kMalformedRequest;
        case Errc::validation_failed:
            return kValidationFailed;
        case Errc::unauthenticated:
            return kUnauthenticated;
        case Errc::cross_site:
            return kCrossSite;
        case Errc::forbidden:
            return kForbidden;
        case Errc::not_found:
            return kNotFound;
        case Errc::route_not_found:
            return kRouteNotFound;
        case Errc::case_code_invalid:
            return kCaseCodeInvalid;
        case Errc::receipt_invalid:
            return kReceiptInvalid;
        case Errc::receipt_unknown:
            return kReceiptUnknown;
        case Errc::method_not_allowed:
            return kMethodNotAllowed;
        case Errc::not_acceptable:
            return kNotAcceptable;
        case Errc::request_timeout:
            return kRequestTimeout;
        case Errc::transition_not_allowed:
            return kTransitionNotAllowed;
        case Errc::closing_blocked:
            return kClosingBlocked;
        case Errc::idempotency_in_progress:
            return kIdempotencyInProgress;
        case Errc::idempotency_key_reused:
            return kIdempotencyKeyReused;
        case Errc::precondition_required:
            return kPreconditionRequired;
        case Errc::precondition_failed:
            return kPreconditionFailed;
        case Errc::payload_too_large:
            return kPayloadTooLarge;
        case Errc::headers_too_large:
            return kHeadersTooLarge;
        case Errc::unsupported_media_type:
            return kUnsupportedMediaType;
        case Errc::rate_limited:
            return kQuotaExceeded;
        case Errc::overloaded:
            return kReducedCapacity;
        case Errc::shutting_down:
            return kShuttingDown;
        case Errc::rule_pack_invalid:
            return kRulePackInvalid;
        case Errc::storage:
            return kStorage;
    }
    return kInternal;
}

}  // namespace lachan::http
