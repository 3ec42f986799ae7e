//! The syntax tree of the subset. What has no place in this tree is outside the subset.
//!
//! References have no place here: in the subset they are only a way to read, so `&e` is `e`.

use std::fmt;

/// A place in a source file; both count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pos {
    pub line: usize,
    pub column: usize,
}

impl From<proc_macro2::Span> for Pos {
    fn from(span: proc_macro2::Span) -> Self {
        let start = span.start();
        Self {
            line: start.line,
            column: start.column + 1,
        }
    }
}

/// Something that the translator does not accept, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub file: String,
    pub pos: Pos,
    pub reason: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.pos.line, self.pos.column, self.reason
        )
    }
}

/// One source file.
#[derive(Clone, Debug)]
pub struct Module {
    /// `handshake::x3dh`; empty for `lib.rs`.
    pub path: String,
    pub file: String,
    pub uses: Vec<Use>,
    pub items: Vec<Item>,
}

impl Module {
    /// The items that are functions.
    pub fn functions(&self) -> impl Iterator<Item = (&Item, &Function)> {
        self.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Function(function) => Some((item, function)),
            _ => None,
        })
    }

    /// The item of this name.
    #[must_use]
    pub fn item(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.name == name)
    }
}

/// One name, or all names, of another module.
#[derive(Clone, Debug)]
pub struct Use {
    pub pos: Pos,
    pub public: bool,
    /// The segments before the last: `["crate", "keys"]`.
    pub module: Vec<String>,
    /// The last segment; nothing for `*`.
    pub name: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub pos: Pos,
    pub name: String,
    pub public: bool,
    pub kind: ItemKind,
}

#[derive(Clone, Debug)]
pub enum ItemKind {
    /// `bytes!`, `public_bytes!`, `array!`.
    Array {
        element: Type,
        length: String,
    },
    Const {
        ty: Type,
        value: Expr,
    },
    Alias(Type),
    Enum {
        variants: Vec<Variant>,
        derives: Derives,
    },
    Struct {
        fields: Vec<Field>,
        derives: Derives,
    },
    Function(Function),
}

/// The derived traits that the translation needs to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Derives {
    pub default: bool,
    pub equality: bool,
}

#[derive(Clone, Debug)]
pub struct Variant {
    pub name: String,
    pub default: bool,
    /// Named payloads have names; the others are numbered.
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub ty: Type,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub parameters: Vec<Field>,
    pub result: Type,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub enum Type {
    Name(Pos, Vec<String>),
    Seq(Box<Type>),
    Option(Box<Type>),
    Result(Box<Type>, Box<Type>),
    Tuple(Vec<Type>),
    /// `[T; N]`, for constants only.
    Native(Box<Type>),
}

#[derive(Clone, Debug)]
pub struct Block {
    pub statements: Vec<Statement>,
    pub value: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub struct Statement {
    pub pos: Pos,
    pub kind: StatementKind,
}

#[derive(Clone, Debug)]
pub enum StatementKind {
    /// `let p: T = e;`, or `let p: T = e?;` when `fallible`.
    Let {
        pattern: Pattern,
        ty: Option<Type>,
        value: Expr,
        fallible: bool,
    },
    Assign {
        name: String,
        value: Expr,
    },
    AssignIndex {
        name: String,
        index: Expr,
        value: Expr,
    },
    /// An `if` or `match` for its assignments.
    Branch(Expr),
    For {
        variable: Pattern,
        from: Expr,
        to: Expr,
        body: Block,
    },
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub pos: Pos,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Int {
        digits: String,
        suffix: String,
    },
    Bool(bool),
    /// `b".."`.
    Bytes(Vec<u8>),
    /// `[..]` and `&[..]`.
    List(Vec<Expr>),
    /// `[e; n]`.
    Repeat(Box<Expr>, Box<Expr>),
    /// `secret_array!(U32, [..])`; `secret_bytes!([..])` and `byte_seq!` have the type `U8`.
    SecretList {
        element: String,
        items: Vec<Expr>,
    },
    Path(Vec<String>),
    Call {
        path: Vec<String>,
        generic: Option<Type>,
        arguments: Vec<Expr>,
    },
    Method {
        receiver: Box<Expr>,
        name: String,
        pos: Pos,
        arguments: Vec<Expr>,
    },
    Field(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Cast(Box<Expr>, Type),
    If {
        condition: Box<Expr>,
        yes: Block,
        no: Option<Block>,
    },
    Match {
        value: Box<Expr>,
        arms: Vec<Arm>,
    },
    Block(Block),
    Struct {
        path: Vec<String>,
        fields: Vec<(String, Expr)>,
    },
    Tuple(Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    And,
    Or,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub pattern: Pattern,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct Pattern {
    pub pos: Pos,
    pub kind: PatternKind,
}

#[derive(Clone, Debug)]
pub enum PatternKind {
    Wild,
    Bind(String),
    Int(String),
    Bool(bool),
    Tuple(Vec<Pattern>),
    /// `Some(p)`, `Error::Key(p)`, `None`.
    Variant(Vec<String>, Vec<Pattern>),
    /// `Error::TooFar { gap }`; fields that are not named match anything.
    VariantNamed(Vec<String>, Vec<(String, Pattern)>),
}
