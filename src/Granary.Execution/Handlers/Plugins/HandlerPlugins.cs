using System.Reflection;

namespace Granary.Execution.Handlers.Plugins;

/// <summary>
/// Loads handlers from the assemblies of a folder, each in a context of its own. Whatever is wrong with one costs a line and that assembly, never the agent: no file of
/// it is even opened as code before its references and its contract were read.
/// </summary>
/// <remarks>A handler is code in the agent's process with the agent's rights: who may write the folder may do what the agent may.</remarks>
public static class HandlerPlugins
{
    public const string Folder = "plugins";

    /// <summary>A constructor that takes longer is given up.</summary>
    public static readonly TimeSpan LoadWithin = TimeSpan.FromSeconds(10);

    /// <summary>Adds what is found to the registry.</summary>
    /// <param name="folder">Looked through for <c>*.dll</c>; need not exist.</param>
    /// <param name="registry">Receives the handlers.</param>
    /// <returns>What is wrong, a line for each assembly that was left out.</returns>
    public static IReadOnlyList<string> Load(string folder, HandlerRegistry registry) => Load(folder, registry, LoadWithin);

    internal static IReadOnlyList<string> Load(string folder, HandlerRegistry registry, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var problems = new List<string>();
        if (!Directory.Exists(folder)) return problems;
        foreach (var file in Directory.GetFiles(folder, "*.dll").Order(StringComparer.Ordinal))
        {
            var problem = TryLoad(file, registry, within);
            if (problem.Length > 0) problems.Add($"plug-in {file}: {problem.ReplaceLineEndings(" ")}");
        }
        return problems;
    }

    private static string TryLoad(string file, HandlerRegistry registry, TimeSpan within)
    {
        try
        {
            if (HandlerAssembly.Read(file) is not { } assembly) return ""; // no .NET code, or of another kind: a dependency, or a part of the scheduler
            if (assembly.IsWritableByOthers) return $"may be written by everybody, who could then run code in the agent; chmod o-w {file}";
            if (assembly.Contract != HandlerContract.Version)
                return assembly.Contract is { } other
                    ? $"is built for handler contract {other}, this agent has {HandlerContract.Version}; build it against this version of Granary"
                    : "does not say for which handler contract it is built; add [assembly: HandlerContract(HandlerContract.Version)]";
            // its constructors are somebody else's code: it may wait for ever
            var making = Task.Factory.StartNew(() => Make(file), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (!making.Wait(within)) return $"did not finish making its handlers within {within.TotalSeconds:F0} s; mend its constructors";
            return Register(making.Result, registry);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Explain(e is AggregateException { InnerException: { } inner } ? inner : e);
        }
    }

    private static List<(string Name, ITaskHandler Handler)> Make(string file)
    {
        var made = new List<(string, ITaskHandler)>();
        foreach (var type in new PluginContext(file).LoadFromAssemblyPath(file).GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            if (!typeof(ITaskHandler).IsAssignableFrom(type) || type is not { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } || type.GetConstructor(Type.EmptyTypes) is null) continue;
            var handler = (ITaskHandler)Activator.CreateInstance(type)!;
            made.Add((handler.Name, handler));
        }
        return made;
    }

    private static string Register(List<(string Name, ITaskHandler Handler)> made, HandlerRegistry registry)
    {
        if (made.Count == 0) return "has no public class with ITaskHandler and a constructor that takes nothing";
        foreach (var (name, _) in made)
        {
            if (!Model.Names.IsValid(name)) return $"names a handler '{name}'; a name is {Model.Names.Rule}";
            if (registry.Find(name) is not null || made.Count(m => m.Name == name) > 1) return $"names a handler '{name}', which there is already; give it another name";
        }
        foreach (var (name, handler) in made) registry.Add(new NamedHandler(name, handler));
        return "";
    }

    private static string Explain(Exception e) => e switch
    {
        TargetInvocationException { InnerException: { } inner } => $"failed while a handler was made ({inner.GetType().Name}: {inner.Message}); mend its constructor",
        TypeInitializationException { InnerException: { } inner } => $"failed while a handler was made ({inner.GetType().Name}: {inner.Message}); mend its constructor",
        _ => $"cannot be loaded ({e.GetType().Name}: {e.Message}); build it for .NET {Environment.Version.Major} against this version of Granary, with what it needs beside it",
    };
}
