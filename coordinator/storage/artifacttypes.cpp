// SPDX-License-Identifier: MIT
#include "coordinator/storage/artifacttypes.h"

#include <algorithm>
#include <array>

namespace ci::storage {

using model::ArtifactFormat;

namespace {

struct TypeRow
{
    QByteArrayView type;
    ArtifactFormat format;
    QByteArrayView fileName;
};

constexpr std::array TypeRows {
    TypeRow {"archive", ArtifactFormat::Zip, "artifacts.zip"},
    TypeRow {"lsif", ArtifactFormat::Zip, "lsif.json"},
    TypeRow {"scip", ArtifactFormat::Zip, "index.scip"},
    TypeRow {"junit", ArtifactFormat::Gzip, "junit.xml"},
    TypeRow {"dotenv", ArtifactFormat::Gzip, ".env"},
    TypeRow {"cobertura", ArtifactFormat::Gzip, "cobertura-coverage.xml"},
    TypeRow {"jacoco", ArtifactFormat::Gzip, "jacoco-coverage.xml"},
    TypeRow {"metrics", ArtifactFormat::Gzip, "metrics.txt"},
    TypeRow {"metrics_referee", ArtifactFormat::Gzip, "metrics_referee.json"},
    TypeRow {"network_referee", ArtifactFormat::Gzip, "network_referee.json"},
    TypeRow {"cyclonedx", ArtifactFormat::Gzip, "gl-sbom.cdx.json"},
    TypeRow {"annotations", ArtifactFormat::Gzip, "gl-annotations.json"},
    TypeRow {"repository_xray", ArtifactFormat::Gzip, "gl-repository-xray.json"},
    TypeRow {"accessibility", ArtifactFormat::Raw, "gl-accessibility.json"},
    TypeRow {"codequality", ArtifactFormat::Raw, "gl-code-quality-report.json"},
    TypeRow {"terraform", ArtifactFormat::Raw, "tfplan.json"},
    TypeRow {"performance", ArtifactFormat::Raw, "performance.json"},
    TypeRow {"browser_performance", ArtifactFormat::Raw, "browser-performance.json"},
    TypeRow {"load_performance", ArtifactFormat::Raw, "load-performance.json"},
    TypeRow {"requirements", ArtifactFormat::Raw, "requirements.json"},
    TypeRow {"requirements_v2", ArtifactFormat::Raw, "requirements_v2.json"},
    TypeRow {"sast", ArtifactFormat::Raw, "gl-sast-report.json"},
    TypeRow {"secret_detection", ArtifactFormat::Raw, "gl-secret-detection-report.json"},
    TypeRow {"dependency_scanning", ArtifactFormat::Raw, "gl-dependency-scanning-report.json"},
    TypeRow {"container_scanning", ArtifactFormat::Raw, "gl-container-scanning-report.json"},
    TypeRow {"cluster_image_scanning", ArtifactFormat::Raw,
             "gl-cluster-image-scanning-report.json"},
    TypeRow {"dast", ArtifactFormat::Raw, "gl-dast-report.json"},
    TypeRow {"license_scanning", ArtifactFormat::Raw, "gl-license-scanning-report.json"},
    TypeRow {"coverage_fuzzing", ArtifactFormat::Raw, "gl-coverage-fuzzing.json"},
    TypeRow {"api_fuzzing", ArtifactFormat::Raw, "gl-api-fuzzing-report.json"},
    TypeRow {"sarif", ArtifactFormat::Raw, "gl-sarif-report.json"},
};

constexpr std::array<QByteArrayView, 3> FormatWords {"zip", "gzip", "raw"};

const TypeRow *rowOf(QByteArrayView type)
{
    const auto row = std::find_if(TypeRows.begin(), TypeRows.end(),
                                  [&](const TypeRow &each) { return each.type == type; });
    return row != TypeRows.end() ? &*row : nullptr;
}

} // namespace

std::optional<ArtifactFormat> formatOfType(QByteArrayView type)
{
    const TypeRow *row = rowOf(type);
    return row ? std::optional(row->format) : std::nullopt;
}

std::optional<ArtifactFormat> formatOfWord(QByteArrayView word)
{
    const auto found = std::find(FormatWords.begin(), FormatWords.end(), word);
    return found != FormatWords.end()
        ? std::optional(static_cast<ArtifactFormat>(found - FormatWords.begin()))
        : std::nullopt;
}

QByteArrayView formatWord(ArtifactFormat format)
{
    return FormatWords[static_cast<size_t>(format)];
}

QByteArrayView usualFileName(QByteArrayView type)
{
    const TypeRow *row = rowOf(type);
    return row ? row->fileName : QByteArrayView("artifacts.zip");
}

} // namespace ci::storage
