using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>A codec as code, and its shape on the wire.</summary>
internal readonly struct CodecExpression
{
    public CodecExpression(string code, string wireType, bool isStatic)
    {
        Code = code;
        WireType = Names.Codecs + ".WireType." + wireType;
        IsStatic = isStatic;
    }

    public string Code { get; }

    public string WireType { get; }

    /// <summary>The code names an existing object; otherwise it makes one, to be kept in a field.</summary>
    public bool IsStatic { get; }
}

/// <summary>Finds the codec of each type, and keeps those that are made in fields of the code being written.</summary>
internal sealed class CodecExpressions
{
    private static readonly Dictionary<string, (string Name, string Wire)> WellKnown = new()
    {
        ["bool"] = ("Boolean", "VarInt"),
        ["byte"] = ("Byte", "VarInt"),
        ["sbyte"] = ("SByte", "VarInt"),
        ["short"] = ("Int16", "VarInt"),
        ["ushort"] = ("UInt16", "VarInt"),
        ["int"] = ("Int32", "VarInt"),
        ["uint"] = ("UInt32", "VarInt"),
        ["long"] = ("Int64", "VarInt"),
        ["ulong"] = ("UInt64", "VarInt"),
        ["char"] = ("Char", "VarInt"),
        ["float"] = ("Single", "Fixed32"),
        ["double"] = ("Double", "Fixed64"),
        ["decimal"] = ("Decimal", "Fixed128"),
        ["string"] = ("String", "Bytes"),
        ["System.Int128"] = ("Int128", "Fixed128"),
        ["System.UInt128"] = ("UInt128", "Fixed128"),
        ["System.Guid"] = ("Guid", "Fixed128"),
        ["System.DateTime"] = ("DateTime", "Fixed64"),
        ["System.DateTimeOffset"] = ("DateTimeOffset", "Fixed128"),
        ["System.TimeSpan"] = ("TimeSpan", "VarInt"),
        ["System.DateOnly"] = ("DateOnly", "VarInt"),
        ["System.TimeOnly"] = ("TimeOnly", "VarInt"),
        ["byte[]"] = ("Bytes", "Bytes"),
        ["System.ReadOnlyMemory<byte>"] = ("ReadOnlyMemory", "Bytes"),
        ["System.Memory<byte>"] = ("Memory", "Bytes"),
        ["System.Numerics.BigInteger"] = ("BigInteger", "Bytes"),
        ["System.Uri"] = ("Uri", "Bytes"),
        ["System.Version"] = ("Version", "Bytes"),
        ["System.Net.IPAddress"] = ("IPAddress", "Bytes"),
        ["System.Net.IPEndPoint"] = ("IPEndPoint", "Bytes"),
        ["Orleans.Runtime.GrainId"] = ("GrainId", "Bytes"),
        ["Orleans.Runtime.GrainType"] = ("GrainType", "Bytes"),
        ["Orleans.Runtime.IdSpan"] = ("IdSpan", "Bytes"),
        ["Orleans.Runtime.StreamId"] = ("StreamId", "Bytes"),
        ["Orleans.Runtime.TickStatus"] = ("TickStatus", "Group"),
    };

    private const string Generic = "System.Collections.Generic.";
    private const string Immutable = "System.Collections.Immutable.";

    /// <summary>How each sequence is made from an array <c>a</c> of its items.</summary>
    private static readonly Dictionary<string, string> Sequences = new()
    {
        [Generic + "IEnumerable`1"] = "a",
        [Generic + "IReadOnlyCollection`1"] = "a",
        [Generic + "IReadOnlyList`1"] = "a",
        [Generic + "List`1"] = "new global::System.Collections.Generic.List<{0}>(a)",
        [Generic + "IList`1"] = "new global::System.Collections.Generic.List<{0}>(a)",
        [Generic + "ICollection`1"] = "new global::System.Collections.Generic.List<{0}>(a)",
        [Generic + "HashSet`1"] = "new global::System.Collections.Generic.HashSet<{0}>(a)",
        [Generic + "ISet`1"] = "new global::System.Collections.Generic.HashSet<{0}>(a)",
        [Generic + "IReadOnlySet`1"] = "new global::System.Collections.Generic.HashSet<{0}>(a)",
        [Generic + "SortedSet`1"] = "new global::System.Collections.Generic.SortedSet<{0}>(a)",
        [Generic + "Queue`1"] = "new global::System.Collections.Generic.Queue<{0}>(a)",
    };

    private static readonly Dictionary<string, string> ImmutableSequences = new()
    {
        [Immutable + "ImmutableList`1"] = "global::System.Collections.Immutable.ImmutableList.Create<{0}>(a)",
        [Immutable + "IImmutableList`1"] = "global::System.Collections.Immutable.ImmutableList.Create<{0}>(a)",
        [Immutable + "ImmutableHashSet`1"] = "global::System.Collections.Immutable.ImmutableHashSet.Create<{0}>(a)",
    };

    private static readonly Dictionary<string, string> Dictionaries = new()
    {
        [Generic + "Dictionary`2"] = "new global::System.Collections.Generic.Dictionary<{0}>(a)",
        [Generic + "IDictionary`2"] = "new global::System.Collections.Generic.Dictionary<{0}>(a)",
        [Generic + "IReadOnlyDictionary`2"] = "new global::System.Collections.Generic.Dictionary<{0}>(a)",
        [Generic + "SortedDictionary`2"]
            = "new global::System.Collections.Generic.SortedDictionary<{0}>(new global::System.Collections.Generic.Dictionary<{0}>(a))",
        [Immutable + "ImmutableDictionary`2"] = "global::System.Collections.Immutable.ImmutableDictionary.CreateRange<{0}>(a)",
        [Immutable + "ImmutableSortedDictionary`2"] = "global::System.Collections.Immutable.ImmutableSortedDictionary.CreateRange<{0}>(a)",
    };

    private readonly IAssemblySymbol _assembly;
    private readonly INamedTypeSymbol? _self;
    private readonly string _fieldPrefix;
    private readonly List<(string Type, string Code)> _fields = new();

    /// <param name="self">The type whose codec is being written, if it is generic: its own codec is <c>this</c>.</param>
    /// <param name="fieldPrefix">How the fields are named in code, such as <c>P.</c></param>
    public CodecExpressions(IAssemblySymbol assembly, INamedTypeSymbol? self, string fieldPrefix)
    {
        _assembly = assembly;
        _self = self;
        _fieldPrefix = fieldPrefix;
    }

    public IReadOnlyList<(string Type, string Code)> Fields => _fields;

    /// <summary>The codec of the type; null with a reason where it has none.</summary>
    public CodecExpression? Find(ITypeSymbol type, out string reason)
    {
        reason = "";
        if (Make(type, ref reason) is not { } made)
            return null;
        if (made.IsStatic)
            return made;
        var codecType = $"{Names.Codecs}.Codec<{type.Code()}>";
        var index = _fields.FindIndex(f => f.Type == codecType);
        if (index < 0)
        {
            index = _fields.Count;
            _fields.Add((codecType, made.Code));
        }
        return new CodecExpression($"{_fieldPrefix}C{index}", made.WireType.Substring(made.WireType.LastIndexOf('.') + 1), true);
    }

    public static string MetadataName(INamedTypeSymbol type)
        => $"{type.OriginalDefinition.ContainingNamespace?.ToDisplayString()}.{type.OriginalDefinition.MetadataName}";

    private CodecExpression? Make(ITypeSymbol type, ref string reason)
    {
        if (type is ITypeParameterSymbol parameter)
            return new CodecExpression("_" + parameter.Name, "Group", true);
        if (WellKnown.TryGetValue(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(), out var known))
            return new CodecExpression($"{Names.Codecs}.WellKnownCodecs.{known.Name}", known.Wire, true);
        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            return Inner(array.ElementType, ref reason) is { } element
                ? new CodecExpression($"new {Names.Codecs}.CollectionCodec<{type.Code()}, {array.ElementType.Code()}>({element}, static a => a)", "Sequence", false)
                : null;
        }
        if (type is not INamedTypeSymbol named)
        {
            reason = $"{type.ToDisplayString()} has no codec";
            return null;
        }
        if (named.TypeKind == TypeKind.Enum)
        {
            var signed = named.EnumUnderlyingType!.SpecialType is SpecialType.System_SByte or SpecialType.System_Int16
                or SpecialType.System_Int32 or SpecialType.System_Int64;
            return new CodecExpression($"{Names.Codecs}.{(signed ? "Signed" : "Unsigned")}Codec<{named.Code()}>.Instance", "VarInt", true);
        }
        if (named.SpecialType == SpecialType.System_Object || named.TypeKind == TypeKind.Class && named.IsException())
            return new CodecExpression($"{Names.Codecs}.AnyCodec<{named.Code()}>.Instance", "Group", true);
        if (named.TypeKind == TypeKind.Interface && (named.IsAddressable() || named.Name == "IAddressable"))
            return new CodecExpression($"{Names.Codecs}.ReferenceCodec<{named.Code()}>.Instance", "Group", true);
        return named.IsTupleType || named.IsGenericType && !named.Has(Names.GenerateSerializer)
            ? MakeContainer(named, ref reason)
            : MakeGenerated(named, ref reason);
    }

    private CodecExpression? MakeContainer(INamedTypeSymbol named, ref string reason)
    {
        var name = MetadataName(named);
        var arguments = new List<string>();
        foreach (var argument in named.TypeArguments)
        {
            if (Inner(argument, ref reason) is not { } code)
                return null;
            arguments.Add(code);
        }
        var codecs = string.Join(", ", arguments);
        var types = string.Join(", ", named.TypeArguments.Select(t => t.Code()));
        if (name == "System.Nullable`1")
            return new CodecExpression($"new {Names.Codecs}.NullableCodec<{types}>({codecs})", "Sequence", false);
        if (name == Generic + "KeyValuePair`2")
            return new CodecExpression($"new {Names.Codecs}.PairCodec<{types}>({codecs})", "Group", false);
        if (named.IsTupleType && arguments.Count is >= 2 and <= 4)
            return new CodecExpression($"new {Names.Codecs}.TupleCodec<{types}>({codecs})", "Group", false);
        if (name == Immutable + "ImmutableArray`1")
            return new CodecExpression($"new {Names.Codecs}.ImmutableArrayCodec<{types}>({codecs})", "Sequence", false);
        if (Sequences.TryGetValue(name, out var build))
            return Collection("CollectionCodec", build);
        if (ImmutableSequences.TryGetValue(name, out build))
            return Collection("ImmutableCollectionCodec", build);
        if (Dictionaries.TryGetValue(name, out build))
            return Collection("DictionaryCodec", build);
        reason = $"{named.ToDisplayString()} has no codec: use an array, List, Dictionary, HashSet, an immutable collection or a tuple of up to four";
        return null;

        CodecExpression Collection(string codec, string how) => new(
            $"new {Names.Codecs}.{codec}<{named.Code()}, {types}>({codecs}, static a => {string.Format(how, types)})", "Sequence", false);
    }

    private CodecExpression? MakeGenerated(INamedTypeSymbol named, ref string reason)
    {
        if (!named.Has(Names.GenerateSerializer))
        {
            if (named.TypeKind == TypeKind.Interface && !named.IsGenericType)
                return new CodecExpression($"{Names.Codecs}.AnyCodec<{named.Code()}>.Instance", "Group", true);
            reason = $"{named.ToDisplayString()} has no codec: mark it [GenerateSerializer] and its members [Id(n)]";
            return null;
        }
        if (named.IsAbstract)
            return new CodecExpression($"{Names.Codecs}.AnyCodec<{named.Code()}>.Instance", "Group", true);
        if (_self is not null && SymbolEqualityComparer.Default.Equals(named, _self))
            return new CodecExpression("this", "Group", true);

        var codec = $"global::{Names.GeneratedNamespace(named.ContainingAssembly)}.{Names.CodecClass(named)}";
        if (!SymbolEqualityComparer.Default.Equals(named.ContainingAssembly, _assembly)
            && named.ContainingAssembly.GetTypeByMetadataName(codec.Substring("global::".Length) + (named.Arity > 0 ? "`" + named.Arity : "")) is null)
        {
            reason = $"{named.ToDisplayString()} is from {named.ContainingAssembly.Name}, which was built without the grain code generator";
            return null;
        }
        if (!named.IsGenericType)
            return new CodecExpression(codec + ".Instance", "Group", true);
        var arguments = new List<string>();
        foreach (var argument in named.TypeArguments)
        {
            if (Inner(argument, ref reason) is not { } code)
                return null;
            arguments.Add(code);
        }
        return new CodecExpression(
            $"new {codec}<{string.Join(", ", named.TypeArguments.Select(t => t.Code()))}>({string.Join(", ", arguments)})", "Group", false);
    }

    private string? Inner(ITypeSymbol type, ref string reason) => Make(type, ref reason)?.Code;
}
