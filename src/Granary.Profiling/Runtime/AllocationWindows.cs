using System.Diagnostics;
using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Parsers;

namespace Granary.Profiling;

/// <summary>A time in which a runtime told of its allocations.</summary>
/// <param name="File">What it told.</param>
/// <param name="Began">Seconds after the profile's start.</param>
/// <param name="Seconds">How long it told.</param>
/// <param name="Stands">For how much time it stands: what it tells counts <c>Stands / Seconds</c> times.</param>
internal sealed record AllocationWindow(string File, double Began, double Seconds, double Stands)
{
    public double Weight => Seconds > 0 ? Math.Max(1, Stands / Seconds) : 1;
}

/// <summary>
/// Has a runtime tell of its allocations, one for each 100 KB of a type, which is the rate of the runtime and cannot be set. One that allocates so much that telling would
/// slow it down is asked in windows with pauses between them instead, and each window stands for the pause after it too.
/// </summary>
internal sealed class AllocationWindows : IDisposable
{
    /// <summary>How long a window is at least: the runtime hands over what it has every tenth of a second.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>What may be told in a second on average, about 1,000 allocations with their stacks: some 10 ms of the process's time.</summary>
    public const double BytesPerSecond = 128 * 1024;

    private static readonly EventPipeProvider[] Providers = [new("Microsoft-Windows-DotNETRuntime", EventLevel.Verbose, (long)ClrTraceEventParser.Keywords.GC)];
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(5);
    private readonly DiagnosticsClient _client;
    private readonly string _directory;
    private readonly long _profileBegan;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<AllocationWindow> _windows = [];
    private readonly Task _running;

    /// <param name="client">Of the runtime.</param>
    /// <param name="directory">Where its files go.</param>
    /// <param name="profileBegan">Timestamp of the profile's start.</param>
    public AllocationWindows(DiagnosticsClient client, string directory, long profileBegan)
    {
        (_client, _directory, _profileBegan) = (client, directory, profileBegan);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running = Task.Run(() => RunAsync(first));
        first.Task.Wait(StartWithin);
    }

    /// <summary>How long to leave a runtime alone that told so much in a window, so that it keeps to <see cref="BytesPerSecond"/> on average.</summary>
    public static TimeSpan Pause(long bytes, TimeSpan window)
    {
        var pause = TimeSpan.FromSeconds(bytes / BytesPerSecond) - window;
        return pause <= TimeSpan.Zero ? TimeSpan.Zero : pause > LongestPause ? LongestPause : pause;
    }

    /// <summary>Ends it, before the runtime is asked for its methods.</summary>
    public IReadOnlyList<AllocationWindow> Stop()
    {
        _stop.Cancel();
        try
        {
            _running.Wait();
        }
        catch (AggregateException)
        {
            // what was told before counts
        }
        return _windows;
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private async Task RunAsync(TaskCompletionSource first)
    {
        try
        {
            for (var number = 0; !_stop.IsCancellationRequested; number++)
            {
                var began = Elapsed;
                using var limit = new CancellationTokenSource(StartWithin);
                using var file = await EventPipeFile.StartAsync(_client, Providers, rundown: false, bufferMiB: 32, Path.Combine(_directory, $"allocations-{number}.nettrace"), limit.Token);
                first.TrySetResult();
                // as long as it tells little it is left to tell
                var (looked, told, pause) = (Stopwatch.GetTimestamp(), 0L, TimeSpan.Zero);
                while (pause == TimeSpan.Zero && await WaitAsync(Window))
                {
                    pause = Pause(file.Bytes - told, Stopwatch.GetElapsedTime(looked));
                    (looked, told) = (Stopwatch.GetTimestamp(), file.Bytes);
                }
                var seconds = Elapsed - began;
                await file.StopAsync();
                await WaitAsync(pause);
                _windows.Add(new(file.Path, began, seconds, Elapsed - began));
            }
        }
        finally
        {
            first.TrySetResult();
        }
    }

    private double Elapsed => Stopwatch.GetElapsedTime(_profileBegan).TotalSeconds;

    /// <returns>False when it is to end.</returns>
    private async Task<bool> WaitAsync(TimeSpan time)
    {
        if (time > TimeSpan.Zero) await Task.Delay(time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stop.IsCancellationRequested;
    }
}
