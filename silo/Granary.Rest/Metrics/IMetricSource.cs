namespace Granary.Rest.Metrics;

/// <summary>A part of the server that has families of its own for Prometheus.</summary>
internal interface IMetricSource
{
    void Write(PrometheusText text);
}
