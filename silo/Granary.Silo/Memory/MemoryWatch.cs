using System.Globalization;
using Granary.Abstractions.Diagnostics;
using Granary.Execution;
using Granary.Grains;
using Granary.Memory.Leaks;
using Granary.Memory.Pressure;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Memory;

/// <summary>Looks at memory: trims, compresses and sheds by level, and warns of the server's own sizes that keep growing.</summary>
internal sealed partial class MemoryWatch : BackgroundService
{
    private static readonly TimeSpan BetweenTrims = TimeSpan.FromMinutes(1), BetweenWarnings = TimeSpan.FromHours(1);

    private readonly MemorySettings _settings;
    private readonly MemoryPressure _pressure;
    private readonly AdmissionGate _gate;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly LeakWatch _leaks = new();
    private readonly Action<double> _observe;
    private readonly Dictionary<string, long> _warned = new(StringComparer.Ordinal);
    private readonly long _started;
    private long _noted;
    private long? _trimmedAt;

    /// <param name="sizes">What notes the server's sizes in a watch, given the seconds since the start.</param>
    public MemoryWatch(MemorySettings settings, Func<MemoryReading> read, Func<LeakWatch, Action<double>> sizes, AdmissionGate gate, Func<long> squeeze, TimeProvider time, ILogger log)
    {
        (_settings, _gate, _time, _log, _observe) = (settings, gate, time, log, sizes(_leaks));
        _started = _noted = time.GetTimestamp();
        _pressure = new MemoryPressure(read, settings.ToOptions(), time);
        _pressure.At(PressureLevel.Low, "trim", Trim);
        _pressure.At(PressureLevel.Medium, "compress", squeeze);
        _pressure.OnChange(Changed);
        GranaryDiagnostics.Meter.CreateObservableGauge("granary.memory.pressure", () => (int)_pressure.Level, "{level}", "How tight memory is: 0 none, 1 trim, 2 compress, 3 shed.");
    }

    /// <exception cref="GranaryException">The levels do not rise.</exception>
    public static void Add(IServiceCollection services, MemorySettings settings)
    {
        if (settings.TrimAt >= settings.CompressAt || settings.CompressAt >= settings.ShedAt)
            throw GranaryException.Invalid($"Memory:TrimAt is {settings.TrimAt}, CompressAt {settings.CompressAt}, ShedAt {settings.ShedAt}; they must rise, like 0.85, 0.93, 0.97");
        if (settings.Every == TimeSpan.Zero) return;
        services.AddHostedService(s => new MemoryWatch(
            settings, new MemoryProbe().Read, leaks => new ServerSizes(leaks).Observe, s.GetRequiredService<AdmissionGate>(), () => s.GetService<NodeAgent>()?.SqueezeSharedMemory() ?? 0, s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<MemoryWatch>>()));
    }

    /// <summary>One look: at memory, and when it is time for that at the server's own sizes.</summary>
    internal void Look()
    {
        foreach (var (name, freed) in _pressure.Look()) if (freed is > 0 and var bytes) LogDone(_log, name, bytes);
        if (_settings.LeakEvery == TimeSpan.Zero || _time.GetElapsedTime(_noted) < _settings.LeakEvery) return;
        _noted = _time.GetTimestamp();
        _observe(_time.GetElapsedTime(_started).TotalSeconds);
        Warn();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_settings.Every, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
    }

    private void Warn()
    {
        foreach (var suspect in _leaks.Suspects())
        {
            if (_warned.TryGetValue(suspect.Name, out var at) && _time.GetElapsedTime(at) < BetweenWarnings) continue;
            _warned[suspect.Name] = _time.GetTimestamp();
            LogLeak(_log, suspect.Name, suspect.Now, suspect.Trend.PerSecond * 3600, suspect.Trend.Grown * 100, 120 * _settings.LeakEvery.TotalMinutes);
        }
    }

    /// <summary>A full collection in the background that gives back what it can, at most once a minute.</summary>
    private long Trim()
    {
        if (_trimmedAt is { } at && _time.GetElapsedTime(at) < BetweenTrims) return 0;
        _trimmedAt = _time.GetTimestamp();
        var before = GC.GetGCMemoryInfo().TotalCommittedBytes;
        GC.Collect(2, GCCollectionMode.Forced, blocking: false);
        return Math.Max(0, before - GC.GetGCMemoryInfo().TotalCommittedBytes);
    }

    private void Changed(PressureLevel before, PressureLevel now)
    {
        var used = _pressure.Last.Used.ToString("P0", CultureInfo.InvariantCulture);
        _gate.Why = now == PressureLevel.High && _settings.Shed ? $"the server's memory is {used} in use: submissions are refused until there is room; come back in 5s, stop tasks, or raise Memory:ShedAt" : null;
        if (now > before) LogTight(_log, now, used, _pressure.Last.Stalled.ToString("P0", CultureInfo.InvariantCulture));
        else LogEased(_log, now, used);
    }

    [LoggerMessage(LogLevel.Warning, "Memory is tight ({Level}): {Used} in use, tasks wait for it {Stalled} of the time")]
    private static partial void LogTight(ILogger log, PressureLevel level, string used, string stalled);

    [LoggerMessage(LogLevel.Information, "Memory has eased ({Level}): {Used} in use")]
    private static partial void LogEased(ILogger log, PressureLevel level, string used);

    [LoggerMessage(LogLevel.Information, "Memory: {Action} freed {Bytes} bytes")]
    private static partial void LogDone(ILogger log, string action, long bytes);

    [LoggerMessage(LogLevel.Warning, "The server's {What} keeps growing: {Now:0} now, {PerHour:0} an hour, {Percent:0}% over the last {Minutes:0} minutes; where its work did not grow with it, this is a leak: restart it when it suits, and report this")]
    private static partial void LogLeak(ILogger log, string what, double now, double perHour, double percent, double minutes);
}
