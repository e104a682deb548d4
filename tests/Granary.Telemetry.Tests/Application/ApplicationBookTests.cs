using Granary.Model;

namespace Granary.Telemetry.Tests.Application;

public sealed class ApplicationBookTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static TaskOutcome Ended(string name, TaskState state = TaskState.Succeeded, long runMillis = 1000, int attempts = 1, string reason = "", string agent = "a", string node = "n") =>
        new(name, agent, node, state, reason, attempts, 10_000, runMillis * 1000, 10_000 + runMillis * 1000, 2000, runMillis * 1000, 100, 51_200);

    [Fact]
    public void Times_ends_and_efficiency_are_kept_by_class()
    {
        var book = new ApplicationBook(Start);
        for (var i = 1; i <= 100; i++) book.Add(Ended("train", runMillis: i, attempts: i % 10 == 0 ? 2 : 1), Start);
        book.Add(Ended("train", TaskState.Failed, reason: "exit code 3"), Start);
        book.Add(new TaskOutcome("train", "a", "n", TaskState.Queued, "out of memory", 0, -1, -1, -1, 0, -1, 0, 0), Start);
        book.Add(new TaskOutcome("train", "a", "n", TaskState.Preempted, "preempted", 0, -1, -1, -1, 0, -1, 0, 0), Start);
        var train = Assert.Single(book.Classes(Start));
        Assert.Equal((100, 1, 111, 1, 1), (train.Ended[TaskState.Succeeded], train.Ended[TaskState.Failed], train.Attempts, train.Retried, train.Preempted));
        Assert.InRange(train.Run.P50, 51_000, 51_000 * 1.032);
        Assert.InRange(train.Run.P95, 96_000, 96_000 * 1.032);
        Assert.Equal(1_000_000, train.Run.Max);
        Assert.Equal(101, train.Wait.Count);
        Assert.Equal(0.5, train.CpuEfficiency!.Value, 6); // one core's time of two
        Assert.Equal(0.5, train.MemoryEfficiency!.Value, 6);
        Assert.Equal(100 / 111.0, train.Goodput!.Value, 6);
    }

    [Fact]
    public void Errors_are_told_by_reason_agent_node_and_what_they_have_in_common()
    {
        var book = new ApplicationBook(Start);
        for (var i = 0; i < 5; i++) book.Add(Ended("x", TaskState.Failed, reason: "exit code 3", agent: "a", node: "bad"), Start);
        for (var i = 0; i < 2; i++) book.Add(Ended("y", TaskState.Failed, reason: "time limit", agent: "b", node: "good"), Start);
        book.Add(Ended("z", TaskState.Cancelled, reason: "cancelled"), Start);
        var errors = book.Errors(10);
        Assert.Equal(7, errors.Total);
        Assert.Equal([("exit code 3", 5L), ("time limit", 2L)], errors.Reasons.Select(r => (r.Key, r.Count)));
        Assert.Equal([("bad", 5L), ("good", 2L)], errors.Nodes.Select(r => (r.Key, r.Count)));
        Assert.Equal(new ErrorPattern("exit code 3", "a", "bad", 5, 0), errors.Patterns[0]);
    }

    [Fact]
    public void Classes_are_bounded_whatever_comes_and_an_idle_one_gives_its_place_away()
    {
        var book = new ApplicationBook(Start);
        for (var i = 0; i < 10_000; i++) book.Add(Ended($"c{i}"), Start);
        var classes = book.Classes(Start);
        Assert.Equal(ApplicationBook.MostClasses + 1, classes.Count);
        Assert.Equal(10_000, classes.Sum(c => c.Ended[TaskState.Succeeded]));
        Assert.Equal((ApplicationBook.Other, 10_000L - ApplicationBook.MostClasses), (classes[0].Class, classes[0].Ended[TaskState.Succeeded]));

        var later = Start + ApplicationBook.IdleAfter + TimeSpan.FromMinutes(1);
        book.Add(Ended("new"), later);
        classes = book.Classes(later);
        Assert.Contains(classes, c => c.Class == "new");
        Assert.Equal(ApplicationBook.MostClasses + 1, classes.Count);
        Assert.Equal(10_001, classes.Sum(c => c.Ended[TaskState.Succeeded]));
    }

    [Fact]
    public void Recent_times_forget_what_is_older_than_an_hour()
    {
        var book = new ApplicationBook(Start);
        book.Add(Ended("x", runMillis: 1), Start);
        book.Add(Ended("x", runMillis: 50), Start.AddMinutes(35));
        Assert.Equal(2, book.Classes(Start.AddMinutes(40))[0].RecentRun.Count);
        Assert.Equal(1, book.Classes(Start.AddMinutes(66))[0].RecentRun.Count);
        Assert.Equal(0, book.Classes(Start.AddHours(5))[0].RecentRun.Count);
        Assert.Equal(2, book.Classes(Start.AddHours(5))[0].Run.Count);
    }

    [Fact]
    public void What_is_saved_is_loaded_and_goes_on()
    {
        var book = new ApplicationBook(Start);
        var random = new Random(2);
        for (var i = 0; i < 2000; i++)
            book.Add(Ended($"c{random.Next(100)}", random.Next(4) == 0 ? TaskState.Failed : TaskState.Succeeded, random.Next(1, 100_000), 1 + random.Next(3), $"exit code {random.Next(100)}", $"a{random.Next(100)}"), Start.AddSeconds(i));
        var loaded = ApplicationBook.Load(book.Save());
        foreach (var both in (ApplicationBook[])[book, loaded]) both.Add(Ended("c1"), Start.AddHours(2));
        Assert.Equal(book.Save(), loaded.Save());
        Assert.Equal(book.Errors(64).Patterns, loaded.Errors(64).Patterns);
        var saved = book.Save();
        Assert.Throws<InvalidDataException>(() => ApplicationBook.Load(saved[..(saved.Length / 2)]));
    }
}
