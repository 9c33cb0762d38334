// SPDX-License-Identifier: MIT
#include "coordinator/api/contenttype.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

struct TypeOfSuffix
{
    QLatin1StringView suffix;
    const char *type;
};

constexpr std::array TypesOfSuffixes {
    TypeOfSuffix {".html"_L1, "text/html; charset=utf-8"},
    TypeOfSuffix {".htm"_L1, "text/html; charset=utf-8"},
    TypeOfSuffix {".css"_L1, "text/css; charset=utf-8"},
    TypeOfSuffix {".js"_L1, "text/javascript; charset=utf-8"},
    TypeOfSuffix {".mjs"_L1, "text/javascript; charset=utf-8"},
    TypeOfSuffix {".json"_L1, "application/json"},
    TypeOfSuffix {".xml"_L1, "application/xml"},
    TypeOfSuffix {".txt"_L1, "text/plain; charset=utf-8"},
    TypeOfSuffix {".svg"_L1, "image/svg+xml"},
    TypeOfSuffix {".png"_L1, "image/png"},
    TypeOfSuffix {".jpg"_L1, "image/jpeg"},
    TypeOfSuffix {".jpeg"_L1, "image/jpeg"},
    TypeOfSuffix {".gif"_L1, "image/gif"},
    TypeOfSuffix {".webp"_L1, "image/webp"},
    TypeOfSuffix {".ico"_L1, "image/x-icon"},
    TypeOfSuffix {".woff"_L1, "font/woff"},
    TypeOfSuffix {".woff2"_L1, "font/woff2"},
    TypeOfSuffix {".ttf"_L1, "font/ttf"},
    TypeOfSuffix {".wasm"_L1, "application/wasm"},
    TypeOfSuffix {".pdf"_L1, "application/pdf"},
};

} // namespace

QByteArray contentType(const QString &path)
{
    for (const TypeOfSuffix &row : TypesOfSuffixes) {
        if (path.endsWith(row.suffix, Qt::CaseInsensitive)) {
            return row.type;
        }
    }
    return "application/octet-stream"_ba;
}

} // namespace ci::api
