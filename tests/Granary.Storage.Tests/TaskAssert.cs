using Granary.Model;

namespace Granary.Storage.Tests;

/// <summary>Equality of tasks by content: records compare their lists and maps by reference.</summary>
internal static class TaskAssert
{
    public static void Equal(TaskView expected, TaskView? actual)
    {
        Assert.NotNull(actual);
        Equal(expected.Spec, actual.Spec);
        Assert.Equal(expected.After, actual.After);
        Assert.Equal(expected with { Spec = actual.Spec, After = actual.After }, actual);
    }

    public static void Equal(TaskSpec expected, TaskSpec actual)
    {
        Assert.Equal(expected.Command, actual.Command);
        Assert.Equal(expected.Environment, actual.Environment);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected with { Command = actual.Command, Environment = actual.Environment, Labels = actual.Labels }, actual);
    }
}
