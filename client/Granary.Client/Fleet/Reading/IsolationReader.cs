using Granary.Model;

namespace Granary.Client;

/// <summary>What a task's processes are kept to: <c>isolation: { cpu_quota: 200m, limits: { nofile: 64 } }</c>.</summary>
internal static class IsolationReader
{
    public static TaskIsolation? Read(Fields task)
    {
        if (task.Map("isolation", "cpu_quota: 200m") is not { } fields) return null;
        var isolation = new TaskIsolation();
        foreach (var key in IsolationWords.Keys) Set(fields, key, key);
        if (fields.Map("limits", "nofile: 1024") is { } limits)
        {
            foreach (var name in IsolationWords.Limits.Keys) Set(limits, name, IsolationWords.LimitPrefix + name);
            limits.Done();
        }
        fields.Done();
        return isolation == new TaskIsolation() ? null : isolation;

        void Set(Fields from, string name, string key)
        {
            if (from.Take(name) is not { } node || from.Text(node, name) is not { } text) return;
            if (!IsolationWords.TrySet(ref isolation, key, text, out var error)) from.Problem(node, $"isolation: {Quoting.Clip(error, 200)}");
        }
    }
}
