using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Access.Rules;
using Granary.Rest.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Metrics;

/// <summary>Counts requests by route template, method and code, and how long they took by route. Labels come from closed lists, never from callers.</summary>
internal sealed class RequestTally
{
    /// <summary>Upper bounds of the histogram's buckets, seconds.</summary>
    public static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];

    private readonly ConcurrentDictionary<(string Route, string Method, int Code), Counter> _requests = new();
    private readonly ConcurrentDictionary<string, Histogram> _durations = new(StringComparer.Ordinal);

    private sealed class Counter
    {
        public long Value;
    }

    /// <summary>One route's durations.</summary>
    internal sealed class Histogram
    {
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private long _ticks;

        public void Add(TimeSpan took)
        {
            var i = 0;
            while (i < Bounds.Length && took.TotalSeconds > Bounds[i]) i++;
            Interlocked.Increment(ref _buckets[i]);
            Interlocked.Add(ref _ticks, took.Ticks);
        }

        /// <summary>Counts up to each bound and, last, of all; read once, so that a scrape's sums agree with each other.</summary>
        public (long[] Cumulative, double SumSeconds) Read()
        {
            var counts = new long[_buckets.Length];
            long sum = 0;
            for (var i = 0; i < counts.Length; i++) counts[i] = sum += Interlocked.Read(ref _buckets[i]);
            return (counts, TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds);
        }
    }

    public async Task Count(HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "_none";
            var method = Array.IndexOf(Methods, context.Request.Method) >= 0 ? context.Request.Method : "_other";
            Interlocked.Increment(ref _requests.GetOrAdd((route, method, context.Response.StatusCode), static _ => new Counter()).Value);
            // how long a service takes says nothing of the server
            if (!OpenStreams.Was(context) && route != RestRules.Services) _durations.GetOrAdd(route, static _ => new Histogram()).Add(Stopwatch.GetElapsedTime(start));
        }
    }

    public IEnumerable<(string Route, string Method, int Code, long Count)> Requests() =>
        _requests.OrderBy(r => r.Key).Select(r => (r.Key.Route, r.Key.Method, r.Key.Code, Interlocked.Read(ref r.Value.Value)));

    public IEnumerable<(string Route, Histogram Durations)> Durations() =>
        _durations.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => (d.Key, d.Value));
}
