#pragma once

#include <string_view>

/// Who may do and see what, as law, contract and the privacy chapter want it; written by hand, not taken from
/// the code.
namespace lachan::http {

/// One line a call, one column a caller: "yes", or the status of the refusal.
inline constexpr std::string_view kCallTable = R"(
callers -                                                     operator own elsewhere holder told same_area other_area conflicted conf_boss sup_area sup_other sup_prov analyst admin anonymous
POST    /v1/reports                                           yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      403     403   401
POST    /v1/cases/{case}/reports                              yes      yes 404       yes    yes  404       404        404        404       yes      404       yes      403     403   401
GET     /v1/cases                                             yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      403     403   401
POST    /v1/cases/search                                      yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      403     403   401
GET     /v1/cases/{case}                                      yes      yes 404       yes    yes  404       404        404        404       yes      404       yes      403     403   401
GET     /v1/cases/{case}/duties                               yes      yes 404       yes    yes  404       404        404        404       yes      404       yes      403     403   401
GET     /v1/cases/{case}/events                               yes      403 403       yes    yes  404       404        404        404       yes      404       yes      403     403   401
GET     /v1/cases/{case}/notifications                        yes      403 403       yes    yes  404       404        404        404       yes      404       yes      403     403   401
GET     /v1/cases/{case}/identity                             yes      403 403       yes    403  404       404        404        404       yes      404       yes      403     403   401
POST    /v1/cases/{case}/steps                                403      403 403       yes    yes  404       404        404        404       yes      404       yes      403     403   401
POST    /v1/cases/{case}/closure                              403      403 403       yes    403  404       404        404        404       yes      404       yes      403     403   401
POST    /v1/cases/{case}/reopening                            403      403 403       yes    yes  404       404        404        404       yes      404       yes      403     403   401
POST    /v1/cases/{case}/links                                yes      403 403       403    403  403       403        403        404       yes      404       yes      403     403   401
DELETE  /v1/cases/{case}/links/{other}                        yes      403 403       403    403  403       403        403        404       yes      404       yes      403     403   401
POST    /v1/cases/{case}/emergency-access                     yes      403 403       yes    yes  yes       yes        404        404       yes      yes       yes      403     403   401
GET     /v1/emergency-access                                  403      403 403       403    403  403       403        403        yes       yes      yes       yes      403     yes   401
GET     /v1/duties                                            yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      403     403   401
POST    /v1/duties/{duty}/responses                           403      403 403       yes    403  404       404        404        404       403      404       yes      403     403   401
POST    /v1/duties/{duty}/waiver                              403      403 403       yes    403  404       404        404        404       yes      404       yes      403     403   401
GET     /v1/duties/{duty}/explanation                         yes      yes 404       yes    yes  404       404        404        404       yes      404       yes      403     403   401
GET     /v1/notifications                                     403      403 403       403    403  403       403        403        yes       yes      yes       yes      403     yes   401
POST    /v1/notifications/{notification}/redelivery           403      403 403       403    403  403       403        403        404       yes      404       yes      403     yes   401
POST    /v1/status                                            yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
POST    /v1/status/nudge                                      yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
POST    /v1/status/proof                                      yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
GET     /v1/agencies                                          yes      403 403       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
GET     /v1/agencies/{agency}                                 yes      403 403       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
PUT     /v1/agencies/{agency}                                 403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
GET     /v1/agencies/{agency}/endpoints                       403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/agencies/{agency}/endpoints                       403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/agencies/{agency}/endpoints/{endpoint}/rotation   403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/agencies/{agency}/endpoints/{endpoint}/ping       403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/agencies/{agency}/endpoints/{endpoint}/suspension 403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/agencies/{agency}/endpoints/{endpoint}/resumption 403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
GET     /v1/areas                                             yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
GET     /v1/me                                                yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
POST    /v1/session                                           yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
DELETE  /v1/session                                           yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
POST    /v1/session/first                                     yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
POST    /v1/session/password                                  yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
GET     /v1/accounts                                          403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/accounts                                          403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
PUT     /v1/accounts/{account}                                403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/accounts/{account}/recovery                       403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
GET     /v1/rules/packs                                       yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
GET     /v1/rules/packs/{pack}                                yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   401
PUT     /v1/agencies/{agency}/endpoints/order                 403      403 403       403    403  403       403        403        403       403      403       403      403     yes   401
POST    /v1/agencies/{agency}/endpoints/{endpoint}/redelivery 403      403 403       403    403  403       403        403        yes       yes      yes       yes      403     yes   401
GET     /v1/status/key                                        yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
GET     /v1/statistics                                        403      403 403       403    403  403       403        403        yes       yes      yes       yes      yes     403   401
GET     /v1/stream                                            yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      403     403   401
GET     /v1/openapi.json                                      yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
GET     /problems/{type}                                      yes      yes yes       yes    yes  yes       yes        yes        yes       yes      yes       yes      yes     yes   yes
)";

/// One line a group of fields or a list in which the case could stand: is it there for this caller?
inline constexpr std::string_view kFieldTable = R"(
callers -                 operator own elsewhere holder told same_area other_area conflicted conf_boss sup_area sup_other sup_prov analyst admin anonymous
FIELD   frame             yes      yes no        yes    yes  no        no         no         no        yes      no        yes      no      no    no
FIELD   steps             yes      no  no        yes    yes  no        no         no         no        yes      no        yes      no      no    no
FIELD   names             yes      no  no        yes    no   no        no         no         no        yes      no        yes      no      no    no
FIELD   informant         yes      no  no        no     no   no        no         no         no        yes      no        yes      no      no    no
LIST    in_cases          yes      yes no        yes    yes  no        no         no         no        yes      no        yes      no      no    no
LIST    in_duties         yes      yes no        yes    yes  no        no         no         no        yes      no        yes      no      no    no
LIST    in_deliveries     no       no  no        no     no   no        no         no         no        yes      no        yes      no      yes   no
LIST    in_search         yes      no  no        yes    no   no        no         no         no        yes      no        yes      no      no    no
LIST    in_search_phone   yes      no  no        no     no   no        no         no         no        yes      no        yes      no      no    no
LIST    in_search_by_code yes      yes no        yes    yes  no        no         no         no        yes      no        yes      no      no    no
)";

}  // namespace lachan::http
