using System.Collections.Concurrent;

namespace Granary.HostConformance.Tests.Support;

/// <summary>Where tests and the grains they run meet, by name: silo and test share a process.</summary>
public static class Barriers
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Gates = new();
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Logs = new();

    /// <summary>Waits until the gate is opened, for a bounded time.</summary>
    public static Task Wait(string name) => Gate(name).Task.WaitAsync(Bounded.Time);

    public static void Open(string name) => Gate(name).TrySetResult();

    public static bool IsOpen(string name) => Gate(name).Task.IsCompleted;

    /// <summary>Writes a line of a named log.</summary>
    public static void Note(string log, string line) => Log(log).Enqueue(line);

    public static string[] Notes(string log) => [.. Log(log)];

    private static TaskCompletionSource Gate(string name)
        => Gates.GetOrAdd(name, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static ConcurrentQueue<string> Log(string name) => Logs.GetOrAdd(name, static _ => new ConcurrentQueue<string>());
}

/// <summary>Waits that end.</summary>
public static class Bounded
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    /// <summary>The task's own outcome; or, should it not come, a failure of the test that no expected exception can be mistaken for.</summary>
    public static async Task Within(this Task task)
    {
        try
        {
            await task.WaitAsync(Time);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"no outcome within {Time}");
        }
    }

    public static Task<T> Within<T>(this ValueTask<T> task) => task.AsTask().Within();

    /// <inheritdoc cref="Within(Task)"/>
    public static async Task<T> Within<T>(this Task<T> task)
    {
        await ((Task)task).Within();
        return await task;
    }

    /// <summary>Asks again until the condition holds, giving others the processor in between.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        var end = Environment.TickCount64 + (long)Time.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < end, $"{what} did not come about within {Time}");
            await Task.Yield();
        }
    }

    public static Task Until(Func<bool> condition, string what) => Until(() => Task.FromResult(condition()), what);
}
