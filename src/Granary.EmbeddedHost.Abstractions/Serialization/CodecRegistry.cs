using System.Collections.Concurrent;

namespace Granary.EmbeddedHost.Serialization;

/// <summary>The types that may stand where a base class, an interface or <see cref="object"/> is declared.</summary>
/// <remarks>Nothing else is ever made from a name in a message.</remarks>
internal static class CodecRegistry
{
    private static readonly ConcurrentDictionary<Type, Codec> ByType = new();
    private static readonly ConcurrentDictionary<string, Codec> ByAlias = new();

    /// <summary>Codecs of declared types that no name stands for, such as collections.</summary>
    private static readonly ConcurrentDictionary<Type, Codec> Declared = new();

    private static int _hasWellKnown;

    public static void Add(Codec codec)
    {
        Declared.TryAdd(codec.Type, codec);
        if (codec.Alias is not { } alias || !ByType.TryAdd(codec.Type, codec))
            return;
        if (!ByAlias.TryAdd(alias, codec) && ByAlias[alias].Type != codec.Type)
            throw new InvalidOperationException($"{codec.Type} and {ByAlias[alias].Type} are both \"{alias}\"; give one another [Alias].");
    }

    public static Codec? Find(Type type)
    {
        AddWellKnown();
        if (ByType.TryGetValue(type, out var codec))
            return codec;
        System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(type.Module.ModuleHandle);
        return ByType.GetValueOrDefault(type);
    }

    /// <summary>The codec of a type that a whole message or stored state has.</summary>
    public static Codec<T> OfDeclared<T>()
    {
        AddWellKnown();
        if (!Declared.TryGetValue(typeof(T), out var codec))
        {
            System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(typeof(T).Module.ModuleHandle);
            if (!Declared.TryGetValue(typeof(T), out codec))
            {
                Calls.GrainRegistry.Discover();
                Declared.TryGetValue(typeof(T), out codec);
            }
        }
        return codec as Codec<T> ?? throw new CodecException($"{typeof(T)} has no codec; mark it [GenerateSerializer].");
    }

    /// <summary>Adds the platform's types when one is first looked for: most programs that only call and are called never do.</summary>
    private static void AddWellKnown()
    {
        if (Volatile.Read(ref _hasWellKnown) != 0)
            return;
        lock (Declared)
        {
            if (_hasWellKnown != 0)
                return;
            foreach (var codec in WellKnownCodecs.All)
                Add(codec);
            Volatile.Write(ref _hasWellKnown, 1);
        }
    }

    public static Codec OfValue(object value) => Find(value.GetType())
        ?? throw new CodecException($"{value.GetType()} has no codec; mark it [GenerateSerializer], or declare a type that has one.");

    public static Codec OfAlias(string alias)
    {
        AddWellKnown();
        if (ByAlias.TryGetValue(alias, out var codec))
            return codec;
        Calls.GrainRegistry.Discover();
        return ByAlias.GetValueOrDefault(alias) ?? throw new CodecException($"\"{alias}\" is not a registered type.");
    }
}
